"""Half past ten on the next day, whenever the tests run: the house is open, the clock goes on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core import clock
from apps.desk import clock as desk_clock


@pytest.fixture
def midmorning() -> Iterator[None]:
    """``clock.now()`` begins at 10:30 of tomorrow in the store's zone."""
    real = timezone.now()
    begin = clock.at(timezone.localdate(real) + timedelta(days=1), 10, 30)
    clock.set_offset_source(lambda: begin - real)
    yield
    clock.set_offset_source(desk_clock.offset)
