"""A working day that begins when the test says so."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.core import clock
from apps.desk import clock as desk_clock


@pytest.fixture
def it_is() -> Iterator[Callable[[datetime], None]]:
    """``it_is(moment)``: ``clock.now()`` goes on from there, for the test and the served pages alike."""

    def put(moment: datetime) -> None:
        ahead: timedelta = moment - timezone.now()
        clock.set_offset_source(lambda: ahead)

    yield put
    clock.set_offset_source(desk_clock.offset)
