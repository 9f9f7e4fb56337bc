"""The rates of the month: what counts, what does not yet, and that each figure is the rows it opens."""

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.callbacks import standards
from apps.callbacks.models import NewCarTalk
from apps.calls.models import Call
from apps.desk.models import Event
from tests.callbacks.factories import make_response
from tests.calls.factories import make_call

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _ten(monkeypatch):
    now = datetime(2026, 11, 24, 10, tzinfo=ZONE)
    monkeypatch.setattr("apps.core.clock.now", lambda: now)


def at(day, hour=10):
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def call(cast, closes, *, state="open", finished=None, reached=None, queue="level_2", store=None, **fields):
    """A call as it stands in the database: its window is the four days up to ``closes``."""
    window = {"opens_on": closes - 3 * DAY, "closes_on": closes}
    made = make_call(cast, queue=queue, store=store or cast.store, **window)
    told = {"state": state} | fields
    if finished:
        told |= {
            "finished_at": at(finished),
            "finished_by": cast.agent,
            "customer_name": "王",
            "customer_phone": "+86",
        }
    if reached:
        told |= {"reached_at": at(reached), "person_spoken_to": "王"}
    if state == "unreached":
        told["unreached_count"] = 2
    if state in ("cancelled", "suspended"):
        told["reason"] = "x"
    Call.objects.filter(pk=made.pk).update(**told)
    return made


def line(cast, queue="level_2", store=None):
    found = standards.of_month(cast.manager, TODAY)
    [of_store] = [s for s in found if s.store == (store or cast.store)]
    return next(found for found in of_store.lines if found.queue == queue)


def test_what_counts_and_what_does_not_yet(cast):
    done = TODAY - 2 * DAY
    call(cast, done, state="done", finished=done, reached=done)  # as it should be
    call(cast, done, state="unreached", finished=done)  # as it should be: two attempts
    call(cast, done, state="done", finished=TODAY, reached=TODAY)  # after its window
    call(cast, done)  # overdue
    call(cast, TODAY - DAY, state="correction")  # overdue, for want of a number
    call(cast, TODAY)  # still in its window
    call(cast, TODAY + 3 * DAY, state="done", finished=TODAY, reached=TODAY)  # early is in time
    call(cast, done, state="cancelled")
    call(cast, date(2026, 10, 30))  # of last month
    found = line(cast)
    assert found.counts["counted"] == 6
    assert found.counts["finished"] == 4
    assert found.counts["compliant"] == 3
    assert (found.counts["late"], found.counts["pending"]) == (2, 1)
    assert found.finished == Decimal("66.7")
    assert found.compliant == Decimal("50.0")


def test_a_call_made_before_its_window_or_by_a_shared_account_is_not_as_it_should_be(cast):
    closes = TODAY - DAY
    call(cast, closes, state="done", finished=closes - 5 * DAY, reached=closes - 5 * DAY)
    made = call(cast, closes, state="done", finished=closes, reached=closes)
    shared = cast.roles["information_clerk"]
    type(shared).objects.filter(pk=shared.pk).update(is_shared=True)
    Call.objects.filter(pk=made.pk).update(finished_by=shared)
    assert (line(cast).counts["finished"], line(cast).counts["compliant"]) == (2, 0)


def test_within_a_week_is_counted_from_the_day_before(cast):
    early, late = TODAY - 9 * DAY, TODAY - 3 * DAY
    for reached, previous in (
        (early + 7 * DAY, early),
        (early + 8 * DAY, early),
        (None, early),
        (None, late),
    ):
        call(cast, TODAY + DAY, queue="post_repair", reached=reached, previous_on=previous)
    found = line(cast, "post_repair")
    assert (found.counts["week"], found.counts["week_counted"]) == (1, 3)


def test_nothing_counted_is_no_rate(cast):
    call(cast, TODAY + DAY)
    assert line(cast).finished is None


def test_every_figure_is_the_number_of_the_rows_it_opens(cast, client):
    done = TODAY - 2 * DAY
    for n in range(3):
        call(cast, done, state="done", finished=done + n * DAY, reached=done, previous_on=done - 5 * DAY)
    call(cast, done)
    call(cast, TODAY)
    client.force_login(cast.manager)
    for kind, n in line(cast).counts.items():
        asked = {"month": "2026-11", "store": cast.store.pk, "queue": "level_2", "kind": kind}
        page = client.get(reverse("callbacks:standards_rows"), asked).context["page"]
        assert len(page) == page.total == n, kind


def test_the_page_shows_rates_and_surveys_and_follows_the_calls(cast, client):
    done = TODAY - 2 * DAY
    call(cast, done, state="done", finished=done, reached=done)
    make_response(cast, advisor=cast.advisor)
    client.force_login(cast.manager)
    page = client.get(reverse("callbacks:standards"))
    text = page.content.decode()
    assert "100.0 %" in text
    assert 'data-live-on="calls"' in text
    own = next(a for a in page.context["advisors"] if a.person == cast.advisor)
    assert (own.surveys, own.asked) == (1, 10)


def test_the_page_costs_the_same_for_one_call_and_for_forty(cast, client):
    client.force_login(cast.manager)
    url = reverse("callbacks:standards")
    call(cast, TODAY - DAY)
    client.get(url)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(url)
        return len(found)

    before = queries()
    for n in range(40):
        call(cast, TODAY - n % 20 * DAY, queue=standards.QUEUES[n % 4])
    assert queries() == before <= 12


def test_another_store_s_calls_are_not_counted_and_its_rows_do_not_exist(cast, client):
    call(cast, TODAY - DAY, store=cast.other_store)
    assert standards.of_month(cast.manager, TODAY) == []
    client.force_login(cast.manager)
    asked = {"month": "2026-11", "store": cast.other_store.pk, "queue": "level_2", "kind": "late"}
    assert client.get(reverse("callbacks:standards_rows"), asked).status_code == 404


@pytest.mark.parametrize("wrong", [{"kind": "x"}, {"queue": "x"}, {"store": "x"}, {"store": "9" * 30}])
def test_a_figure_that_is_none_is_not_found(cast, client, wrong):
    client.force_login(cast.manager)
    asked = {"month": "2026-13", "store": cast.store.pk, "queue": "level_2", "kind": "late"} | wrong
    assert client.get(reverse("callbacks:standards_rows"), asked).status_code == 404


# -- export -------------------------------------------------------------------------------------------


def exported(client, month="2026-11"):
    answer = client.post(reverse("callbacks:export"), {"month": month})
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


def test_the_export_has_what_was_done_and_writes_11_for_an_unknown_mileage(cast, client):
    done = TODAY - 2 * DAY
    for said in ({"odometer_km": 812}, {"mileage_unknown": True}):
        made = call(cast, done, state="done", finished=done, reached=done, days_since_previous=7)
        NewCarTalk.objects.create(
            call=made, store=cast.store, level=2, condition="=1+1", serviced=False, product="good", **said
        )
    call(cast, done)  # not done
    call(cast, done, state="done", finished=done, reached=done, store=cast.other_store)
    client.force_login(cast.manager)
    head, *rows = exported(client)
    assert len(head) == len(rows[0]) == 14
    assert [row[12] for row in rows] == ["812", "11"]
    assert {(row[7], row[8], row[9], row[10]) for row in rows} == {
        (cast.agent.name, "2026-11-22", "10:00", "7")
    }
    assert rows[0][13].startswith("'="), "no cell is taken for a formula"
    assert len(exported(client, "2026-10")) == 1
    assert Event.objects.filter(kind="callbacks.exported").count() == 2, "who took the data is on record"


def test_agents_take_no_data_away(cast, client):
    client.force_login(cast.agent)
    assert client.post(reverse("callbacks:export"), {"month": "2026-11"}).status_code == 403
