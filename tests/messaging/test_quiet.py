"""Quiet hours, 21:00 to 08:00 in the store's zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.messaging.quiet import is_quiet, permitted

ZONE = ZoneInfo("Asia/Shanghai")


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "now", "before", "expected"),
    [
        (at(24, 12), at(20, 9), None, at(24, 12)),
        (at(24, 8), at(20, 9), None, at(24, 8)),
        (at(24, 7), at(23, 9), at(24, 8), at(23, 20, 59)),
        (at(24, 22), at(23, 9), None, at(24, 20, 59)),
        (at(24, 7), at(23, 22), at(24, 8, 30), at(24, 8)),
        (at(24, 7), at(23, 22), at(24, 8), None),
        (at(24, 2), at(24, 1), at(24, 9), at(24, 8)),
    ],
)
def test_a_message_moves_to_the_evening_before_or_else_to_the_morning_before_arrival(
    moment, now, before, expected
):
    assert permitted(moment, now=now, before=before) == expected


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(ZONE))


@given(moments, st.timedeltas(timedelta(), timedelta(days=4)), st.timedeltas(timedelta(), timedelta(days=1)))
def test_whatever_comes_out_is_not_quiet_not_past_and_before_the_arrival(moment, notice, lead):
    now, arrival = moment - notice, moment + lead
    result = permitted(moment, now=now, before=arrival)
    if result is not None:
        assert not is_quiet(result)
        assert result >= now
        assert result == moment or result < arrival or result < moment
