"""Rows of the cast's store for each address of this room."""

from apps.appointments import proactive
from apps.appointments.forecast import DueItem
from apps.appointments.models import BookingDraft, PreparationStep
from apps.core import clock
from tests.appointments.factories import make_appointment, make_vehicle, make_waiting
from tests.appointments.online_house import at, received


def samples(cast) -> dict[str, dict]:
    row = {"pk": make_appointment(cast.store, by=cast.advisor).pk}
    pages = ("detail", "confirm", "cancel", "no_show", "reschedule", "openings", "proposal")
    api = ("detail", "confirm", "cancel", "reschedule")
    known = {f"appointments:{name}": row for name in pages} | {f"api:appointment-{name}": row for name in api}
    kept = BookingDraft.objects.create(owner=cast.advisor, name="李明", saved_at=clock.now())
    known["appointments:kept_discard"] = {"key": kept.key}
    entry = {"pk": make_waiting(cast.store, by=cast.advisor).pk}
    for name in ("detail", "offer", "accept", "decline", "withdraw"):
        known[f"appointments:waiting_{name}"] = known[f"api:waiting-entry-{name}"] = entry
    step = PreparationStep.objects.create(
        appointment_id=row["pk"],
        kind="pack",
        arrives_at=clock.now(),
        opens_at=clock.now(),
        due_at=clock.now(),
    )
    known["appointments:step_done"] = known["appointments:step_failed"] = {"pk": step.pk}
    request = received(cast.store, now=clock.now(), starts_at=at(16, days=9))
    for name in ("detail", "confirm", "decline", "assign"):
        known[f"appointments:online_{name}"] = {"pk": request.pk}
    known["api:online-request-detail"] = {"pk": request.pk}
    known["appointments:online_create"] = {"code": cast.store.code}
    known["appointments:online_state"] = {"code": cast.store.code, "key": request.key}
    vehicle = make_vehicle(cast.store, "浙A77777")
    item = DueItem(clock.today(), "inspection-1", "inspection")
    due = proactive.schedule(cast.store, vehicle, [item], now=clock.now())
    known["appointments:proactive_result"] = {"pk": due.call_id}
    return known
