"""Rows of the cast's store for each address of this room."""

from apps.capacity.models import CapacityDay
from tests.capacity.factories import bay, technician, tomorrow


def samples(cast) -> dict[str, dict]:
    lift = bay(cast.store, "Sample lift")
    person = technician(cast.store, cast.technician)
    absence = lift.absences.create(during=(tomorrow(8), tomorrow(9)), reason="Repair")
    day = CapacityDay.objects.create(store=cast.store, day=tomorrow(days=90).date(), is_closed=True)
    return {
        "capacity:resource_update": {"pk": lift.pk},
        "capacity:closure_reopen": {"pk": day.pk},
        "capacity:absence_remove": {"pk": absence.pk},
        "api:bay-detail": {"pk": lift.pk},
        "api:technician-detail": {"pk": person.pk},
    }
