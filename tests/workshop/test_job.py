"""What a job may become, and what it says when it may not."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.errors import DomainError
from apps.workshop.models import Job
from tests.workshop.factories import (
    bays,
    make_finished_job,
    make_job,
    make_paused_job,
    make_planned_job,
    make_running_job,
    technician_of,
)

pytestmark = pytest.mark.django_db

MAKERS = {
    "unplanned": make_job,
    "planned": make_planned_job,
    "in_work": make_running_job,
    "paused": make_paused_job,
    "finished": make_finished_job,
}
VERBS = {
    "dispatch": lambda cast, job: job.dispatch(
        bays(cast)[1], technician_of(cast.technician), clock.now() + timedelta(hours=2), by=cast.dispatcher
    ),
    "undispatch": lambda cast, job: job.undispatch(by=cast.dispatcher),
    "start": lambda cast, job: job.start(technician=cast.technician, by=cast.technician),
    "pause": lambda cast, job: job.pause("tool", by=cast.technician),
    "resume": lambda cast, job: job.resume(technician=cast.technician, by=cast.technician),
    "finish": lambda cast, job: job.finish(by=cast.technician, work_done="更换完成"),
    "reopen": lambda cast, job: job.reopen(by=cast.dispatcher, reason="异响仍在"),
}
ALLOWED = {
    ("unplanned", "dispatch"): "planned",
    ("planned", "dispatch"): "planned",
    ("planned", "undispatch"): "unplanned",
    ("planned", "start"): "in_work",
    ("in_work", "pause"): "paused",
    ("in_work", "finish"): "finished",
    ("paused", "dispatch"): "paused",
    ("paused", "resume"): "in_work",
    ("finished", "reopen"): "unplanned",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", MAKERS)
def test_each_verb_in_each_state_does_what_the_table_says_and_nothing_else(cast, state, verb):
    job = MAKERS[state](cast)
    assert job.state == state
    if (state, verb) in ALLOWED:
        VERBS[verb](cast, job)
        assert Job.objects.get(pk=job.pk).state == ALLOWED[state, verb]
    elif (state, verb) == ("in_work", "start"):
        with pytest.raises(DomainError) as refused:  # he is on it himself already
            VERBS[verb](cast, job)
        assert refused.value.code == "clocked_elsewhere"
    else:
        before = Job.objects.values().get(pk=job.pk)
        with pytest.raises(DomainError) as refused:
            VERBS[verb](cast, job)
        assert refused.value.code in ("wrong_state", "job_in_work")
        assert job.car in str(refused.value)
        assert Job.objects.values().get(pk=job.pk) == before
