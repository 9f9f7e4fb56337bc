"""One car's whole way: out of the old system's files, through every room, into the manager's report.

Each step is done by its own role in its own browser, beginning on that person's work page, by what
the pages offer. Pictures and counted actions lie in ``var/walk/`` afterwards.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core import clock, workdays
from apps.desk.models import EventDelivery
from tests.walk import after, front, hand_back, workshop
from tests.walk.hand import Walk


@pytest.fixture
def walk(live, new_context, sign_in):
    return Walk(new_context, sign_in)


@pytest.fixture
def now_is(it_is):
    """``now_is(moment)``: the clock goes there, and the worker has done what it does all day."""

    def put(moment):
        it_is(moment)
        while EventDelivery.objects.deliver_one(clock.now()) is not None:
            pass
        assert not EventDelivery.objects.exclude(error="").values_list("subscriber", "error")[:3]

    return put


def test_an_imported_car_goes_the_whole_way(cast, walk, now_is, tmp_path, browser_errors):
    day = workdays.add_workdays(timezone.localdate() + timedelta(days=5), 1)
    now_is(clock.at(day - timedelta(days=4), 10, 0))
    front.open_house(cast)
    imported = front.carry_over(tmp_path, cast)
    comes_in(cast, walk, now_is, day)
    is_repaired(cast, walk, now_is, day)
    goes_home(cast, walk, now_is, day)
    assert workshop.order_of_the_day().vehicle == imported
    is_called(cast, walk, now_is, day)
    print(walk.table())
    assert not browser_errors


def comes_in(cast, walk, now_is, day):
    """From the call that books to the signature."""
    front.book(walk, cast, day)
    now_is(clock.at(day - timedelta(days=1), 15, 0))
    front.stock_up(walk, cast)
    now_is(clock.at(day, 9, 25))
    front.arrive(walk, cast)
    front.walk_around(walk, cast)
    now_is(clock.at(day, 9, 33))
    front.interview(walk, cast)
    now_is(clock.at(day, 9, 42))
    workshop.estimate(walk, cast, clock.at(day, 14, 0))
    workshop.sign(walk, cast)


def is_repaired(cast, walk, now_is, day):
    """Work, more work that needs consent, a failed check, rework, wash."""
    now_is(clock.at(day, 9, 50))
    workshop.issue_parts(walk, cast, 2)
    workshop.dispatch(walk, cast, 2)
    now_is(clock.at(day, 10, 0))
    workshop.work(walk, cast)
    now_is(clock.at(day, 10, 15))
    workshop.add_work(walk, cast)
    now_is(clock.at(day, 10, 50))
    workshop.refuse_unconsented(walk, cast)
    now_is(clock.at(day, 10, 55))
    workshop.consent(walk, cast)
    now_is(clock.at(day, 11, 0))
    workshop.issue_parts(walk, cast, 1, "added part issued")
    workshop.dispatch(walk, cast, 1, "added job dispatched")
    now_is(clock.at(day, 11, 5))
    workshop.finish(walk, cast)
    now_is(clock.at(day, 11, 50))
    workshop.fail(walk, cast)
    now_is(clock.at(day, 12, 0))
    workshop.rework(walk, cast)
    now_is(clock.at(day, 12, 20))
    workshop.check(walk, cast)
    workshop.wash(walk, cast)


def goes_home(cast, walk, now_is, day):
    """Settled to the fen, paid, handed back, out of the gate."""
    now_is(clock.at(day, 13, 0))
    hand_back.settle(walk, cast)
    hand_back.pay(walk, cast)
    hand_back.hand_over(walk, cast)
    hand_back.drive_off(walk, cast)


def is_called(cast, walk, now_is, day):
    """The call inside its window, the complaint from it, and what the manager sees."""
    now_is(clock.at(day, 18, 0))
    opens_on, closes_on = after.due_window(day)
    now_is(clock.at(opens_on - timedelta(days=1), 10, 0))
    after.not_yet(walk, cast)
    now_is(clock.at(closes_on, 10, 0))
    after.call(walk, cast)
    after.complain(walk, cast)
    now_is(clock.at(closes_on, 15, 0))
    after.report(walk, cast)
    after.day_page(walk, cast)
