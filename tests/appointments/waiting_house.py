"""A full house, somebody who waits, and a clock that a test moves on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.appointments import services
from apps.core import clock
from apps.desk.models import Task
from tests.appointments.factories import fill, make_waiting, settle
from tests.capacity.factories import narrow_house
from tests.workshop.clock import midmorning

__all__ = ["midmorning"]
HOUR = timedelta(hours=1)


@pytest.fixture
def watch(midmorning: None) -> Callable[[datetime], None]:
    """``watch(moment)``: it is ``moment`` now."""

    def to(moment: datetime) -> None:
        offset: timedelta = moment - timezone.now()
        clock.set_offset_source(lambda: offset)

    return to


@pytest.fixture
def house(cast):
    """One bay, one technician, one advisor, and a full day tomorrow."""
    narrow_house(cast)
    cast.full = fill(cast.store)
    return cast


def wait(house, **wish):
    return make_waiting(house.store, by=house.advisor, **wish)


def cancel(appointment):
    services.cancel(appointment, reason="Sold", by=None)
    settle()


def status(*entries):
    for entry in entries:
        entry.refresh_from_db()
    return [entry.status for entry in entries]


def calls(entry):
    return list(Task.objects.about(entry).open())
