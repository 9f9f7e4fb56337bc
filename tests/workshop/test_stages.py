"""The table: where a car stands, when it can be ready, whether the promise holds. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from apps.workshop.stages import STAGES, expected_end, ready_at, risk, stage_of

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Row:
    """A visit or an order."""

    status: str


@dataclass
class Work:
    """A job; times in minutes from now."""

    state: str
    pause_reason: str = ""
    starts: int | None = None
    length: int = 60

    @property
    def planned_from(self):
        return None if self.starts is None else NOW + self.starts * MINUTE

    @property
    def planned_until(self):
        return None if self.starts is None else NOW + (self.starts + self.length) * MINUTE

    @property
    def remaining(self):
        return self.length * MINUTE


RUNNING, PLANNED, UNPLANNED, DONE = Work("in_work"), Work("planned"), Work("unplanned"), Work("finished")
FOR_PARTS, FOR_APPROVAL, FOR_TOOL = (Work("paused", reason) for reason in ("parts", "approval", "tool"))


@pytest.mark.parametrize(
    ("visit", "order", "jobs", "facts", "stage"),
    [
        ("waiting", None, [], {}, "waiting"),
        ("in_reception", None, [], {}, "reception"),
        ("in_house", None, [], {}, "reception"),
        ("left", None, [], {}, ""),
        ("waiting", "estimate", [], {}, "waiting"),
        ("in_reception", "estimate", [], {}, "reception"),
        ("in_house", "estimate", [], {}, "approval"),
        (None, "estimate", [], {}, "approval"),
        ("in_reception", "declined", [], {}, "reception"),
        (None, "declined", [], {}, ""),
        ("in_house", "authorised", [], {}, "repair"),
        ("in_house", "authorised", [UNPLANNED], {}, "repair"),
        ("in_house", "authorised", [UNPLANNED], {"parts_short": True}, "parts"),
        ("in_house", "authorised", [PLANNED], {"parts_short": True}, "repair"),
        ("in_house", "authorised", [PLANNED], {"consent_open": True}, "approval"),
        ("in_house", "in_work", [RUNNING], {}, "repair"),
        ("in_house", "in_work", [RUNNING, FOR_PARTS], {"consent_open": True, "parts_short": True}, "repair"),
        ("in_house", "in_work", [FOR_PARTS], {}, "parts"),
        ("in_house", "in_work", [FOR_APPROVAL], {}, "approval"),
        ("in_house", "in_work", [FOR_PARTS, FOR_APPROVAL], {}, "approval"),
        ("in_house", "in_work", [DONE, PLANNED], {"consent_open": True}, "approval"),
        ("in_house", "in_work", [FOR_TOOL], {}, "repair"),
        ("in_house", "in_work", [DONE], {}, "repair"),
        ("in_house", "awaiting_qc", [DONE], {}, "quality"),
        ("in_house", "awaiting_qc", [DONE], {"washing": True}, "wash"),
        ("in_house", "ready", [DONE], {}, "ready"),
        ("in_house", "settled", [DONE], {}, "ready"),
        ("in_house", "delivered", [DONE], {}, ""),
        ("left", "settled", [DONE], {}, ""),
        (None, "in_work", [RUNNING], {}, "repair"),
    ],
)
def test_stage(visit, order, jobs, facts, stage):
    assert stage == "" or stage in STAGES
    assert stage_of(visit and Row(visit), order and Row(order), jobs, **facts) == stage


def plus(moment, length):
    return moment + length


@pytest.mark.parametrize(
    ("jobs", "minutes"),
    [
        ([], 0),
        ([DONE], 0),
        ([Work("in_work", length=40)], 40),
        ([Work("planned", starts=30, length=60)], 90),
        ([Work("planned", starts=-20, length=60)], 60),  # he should have begun
        ([Work("paused", "parts", starts=-90, length=45)], 45),
        ([Work("paused", "parts", starts=120, length=60)], 180),  # planned anew for later
        ([Work("unplanned", length=60), Work("unplanned", length=30)], 90),
        ([Work("in_work", length=40), Work("unplanned", length=30)], 70),
        ([Work("in_work", length=40), Work("planned", starts=60, length=30)], 90),
    ],
)
def test_expected_end(jobs, minutes):
    assert expected_end(jobs, NOW, plus) == NOW + minutes * MINUTE


def test_check_and_wash_come_after_the_last_job_and_a_ready_car_expects_nothing():
    jobs = [Work("in_work", length=40)]
    assert ready_at("in_work", jobs, NOW, plus, 30 * MINUTE) == NOW + 70 * MINUTE
    assert ready_at("awaiting_qc", [DONE], NOW, plus, 30 * MINUTE) == NOW + 30 * MINUTE
    assert ready_at("ready", [DONE], NOW, plus, 30 * MINUTE) is None


@pytest.mark.parametrize(
    ("promised", "expected", "verdict"),
    [
        (None, 60, ""),
        (120, 60, ""),
        (90, 60, ""),
        (89, 60, "block"),  # within the buffer of 30 minutes
        (60, 60, "block"),
        (59, 60, "late"),  # before it is late
        (-1, None, "late"),
        (1, None, ""),
    ],
)
def test_risk(promised, expected, verdict):
    moments = (None if m is None else NOW + m * MINUTE for m in (promised, expected))
    assert risk(*moments, NOW, 30 * MINUTE) == verdict
