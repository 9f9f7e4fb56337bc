"""The page of the reserve: shown, explained, taken over."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Setting
from apps.capacity import selectors, usage, usage_chart
from apps.capacity.learning import Plan
from apps.capacity.models import DayUse
from apps.core import clock
from apps.desk.models import Event
from tests.capacity.test_learning import used
from tests.capacity.test_usage import DAY, ago, history

pytestmark = pytest.mark.django_db
PAGE, ADOPT = "/capacity/reserve/", "/capacity/reserve/adoption/"
SEEN = usage.fingerprint(Plan(30))


@pytest.fixture
def manager(cast, client):
    client.force_login(cast.manager)
    return client


def test_without_any_day_the_page_says_when_the_first_comes(manager):
    page = manager.get(PAGE).content.decode()
    assert '<svg class="chart' not in page
    assert "seen" not in page


def test_with_too_few_days_the_default_stays_and_nothing_can_be_taken_over(cast, manager):
    history(cast.store, 12)
    answer = manager.get(PAGE)
    assert answer.context["missing"] == 8
    assert not answer.context["is_new"]
    assert 'name="seen"' not in answer.content.decode()


def test_the_page_shows_what_was_learned_and_what_it_would_have_cost(cast, manager):
    history(cast.store, 30)
    answer = manager.get(PAGE)
    rows = {row.name: row for row in answer.context["rows"]}
    best = [row for row in rows.values() if row.is_best]
    assert [round(row.cost, 6) for row in best] == [0], "30 % is what came, every day"
    nothing, default = list(rows.values())[:2]
    assert nothing.turned_away == pytest.approx(3)
    assert default.turned_away == pytest.approx(1)
    assert answer.content.decode().count('<polyline class="kept') == 2
    assert answer.context["is_new"]


def test_the_button_takes_over_what_was_shown_from_tomorrow_on(cast, manager):
    history(cast.store, 30)
    answer = manager.post(ADOPT, {"seen": manager.get(PAGE).context["seen"], "_once": "k"})
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert Setting.value_of(selectors.RESERVE, cast.store) == 20
    assert Setting.value_of(selectors.RESERVE, cast.store, clock.today() + DAY) == 30
    again = manager.post(ADOPT, {"seen": SEEN, "_once": "k"})
    assert again.status_code == 302, "pressed twice"
    assert Event.objects.filter(kind="capacity.reserve_adopted").count() == 1
    assert not manager.get(PAGE).context["is_new"]


def test_a_stale_page_is_refused_and_shows_the_new_figures(cast, manager):
    history(cast.store, 30)
    DayUse.objects.update(same_day_minutes=240)
    answer = manager.post(ADOPT, {"seen": SEEN})
    assert answer.status_code == 422
    assert answer.context["lesson"].learned == Plan(40)
    assert answer.context["error"] in answer.content.decode()
    assert not Setting.objects.exists()


def test_only_who_manages_capacity_sees_and_only_his_own_store(cast, client):
    history(cast.store, 30)
    client.force_login(cast.advisor)
    assert client.get(PAGE).status_code == 403
    assert client.post(ADOPT, {"seen": SEEN}).status_code == 403
    cast.stranger.role = "service_manager"
    cast.stranger.save()
    client.force_login(cast.stranger)
    assert client.get(PAGE).context["lesson"].days == []
    assert client.post(ADOPT, {"seen": SEEN}).status_code == 422
    assert not Setting.objects.exists()


def test_it_is_taken_over_by_post_alone(manager):
    assert manager.get(ADOPT).status_code == 405


def test_a_long_history_costs_no_more_queries(cast, manager):
    costs = []
    for days in (3, 80):
        DayUse.objects.all().delete()
        history(cast.store, days)
        with CaptureQueriesContext(connection) as queries:
            manager.get(PAGE)
        costs.append(len([q for q in queries if "capacity_" in q["sql"] or "accounts_setting" in q["sql"]]))
    assert costs == [3, 3]


def test_the_chart_stacks_a_day_to_its_whole_and_draws_the_line_at_what_is_kept():
    half = usage_chart.draw([used(n, 30) for n in range(40)], Plan(20), Plan(25))
    assert half is not None
    assert len(half.columns) == usage_chart.DAYS, "the last ones"
    column = half.columns[-1]
    heights = [height for _y, height in (column.same, column.ahead, column.idle)]
    assert heights == [0.3 * usage_chart.TALL, 0.5 * usage_chart.TALL, 0.2 * usage_chart.TALL]
    assert column.same[0] + column.same[1] == half.base
    assert column.idle[0] == usage_chart.TOP
    line = {point.split(",")[1] for point in half.now.split()}
    assert line == {str(half.base - usage_chart.TALL // 5)}
    assert half.width >= column.x + half.bar


def test_overtime_does_not_leave_the_chart():
    over = usage_chart.draw([used(0, 90)], Plan(20), None)
    assert over is not None
    assert over.columns[0].ahead == (usage_chart.TOP, round(0.1 * usage_chart.TALL))
    assert over.columns[0].idle[1] == 0
    assert over.learned == ""


def test_today_is_never_evidence(cast, manager):
    DayUse.objects.create(
        store=cast.store, day=clock.today(), present_minutes=1, ahead_minutes=0, same_day_minutes=0
    )
    history(cast.store, 1)
    assert [d.day for d in manager.get(PAGE).context["lesson"].days] == [ago(1)]
