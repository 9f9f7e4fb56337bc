"""Rows of the cast's store for each address of this room."""

from datetime import time

from apps.capacity.models import Blackout, CapacityDay, Incident, Shift
from tests.capacity.factories import bay, technician, tomorrow

CARD = ("incident", "incident_estimate", "incident_end")


def samples(cast) -> dict[str, dict]:
    lift = bay(cast.store, "Sample lift")
    person = technician(cast.store, cast.technician)
    absence = lift.absences.create(during=(tomorrow(8), tomorrow(9)), reason="Repair")
    day = CapacityDay.objects.create(store=cast.store, day=tomorrow(days=90).date(), is_closed=True)
    shift = Shift.objects.create(store=cast.store, name="Early", times=[time(8), time(17)])
    blackout = Blackout.objects.create(
        store=cast.store, during=(tomorrow(8), tomorrow(9)), reason="Inventory"
    )
    incident = Incident.objects.create(
        store=cast.store,
        kind="lift",
        text="Sample lift is stuck",
        starts_at=tomorrow(8),
        expected_end_at=tomorrow(9),
        opened_by=cast.dispatcher,
    )
    record = incident.records.create(subject="capacity.holder:1", label="Sample")
    card = {f"capacity:{name}": {"pk": incident.pk} for name in CARD}
    return card | {
        "capacity:incident_tick": {"pk": record.pk},
        "capacity:blackout_remove": {"pk": blackout.pk},
        "capacity:shift_update": {"pk": shift.pk},
        "capacity:shift_remove": {"pk": shift.pk},
        "capacity:resource_update": {"pk": lift.pk},
        "capacity:closure_reopen": {"pk": day.pk},
        "capacity:absence_remove": {"pk": absence.pk},
        "api:bay-detail": {"pk": lift.pk},
        "api:technician-detail": {"pk": person.pk},
    }
