"""The CSI report by advisor."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.roles import Role
from apps.callbacks import reading, surveys
from apps.callbacks.models import Response
from apps.callbacks.scores import shown
from apps.core import clock
from tests.callbacks.factories import make_response
from tests.cast import person


def report(cast, user=None):
    now = clock.now()
    questionnaire = surveys.seed(cast.group)
    return reading.by(
        user or cast.manager,
        questionnaire,
        now - timedelta(hours=1),
        now + timedelta(hours=1),
        reading.CUTS["advisor"],
    )


def test_each_advisor_has_his_own_figures_and_the_whole_is_theirs_together(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second", name="孙悦")
    for _n in range(5):
        make_response(cast)
        make_response(cast, advisor=second, quality=4, overall=5)
    whole, rows = report(cast)
    assert [(r.label, r.sheet.responses) for r in rows] == [(cast.advisor.name, 5), ("孙悦", 5)]
    assert rows[0].sheet.index.value > rows[1].sheet.index.value
    assert whole.responses == 10
    assert whole.item_mean("quality") == Decimal("6.5")


def test_an_advisor_with_too_few_answers_comes_last_and_is_not_ranked(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second", name="孙悦")
    make_response(cast, advisor=second, quality=10, overall=10)
    for _n in range(5):
        make_response(cast, quality=5)
    _whole, rows = report(cast)
    assert [r.sheet.index.is_sufficient for r in rows] == [True, False]


def test_the_page_shows_the_index_the_chart_and_the_weak_items(cast, client):
    for _n in range(5):
        make_response(cast, price=3)
    client.force_login(cast.manager)
    response = client.get("/csi/")
    page = response.content.decode()
    whole, _rows = report(cast)
    assert str(shown(whole.index.value)) in page
    assert '<svg class="chart' in page
    assert response.context["weak"][0][1] == 30


def test_a_figure_opens_the_responses_it_was_counted_from(cast, client):
    made = make_response(cast)
    client.force_login(cast.manager)
    listed = client.get(f"/csi/responses/?by=advisor&part={cast.advisor.pk}")
    assert made.order.number in listed.content.decode()
    assert client.get(f"/csi/responses/{made.pk}/").status_code == 200
    assert made.order.number not in client.get("/csi/responses/?by=advisor&part=0").content.decode()


def test_answers_outside_the_period_do_not_count(cast, client):
    made = make_response(cast)
    Response.objects.filter(pk=made.pk).update(answered_at=clock.now() - timedelta(days=60))
    whole, rows = report(cast)
    assert (whole.responses, rows) == (0, [])


def test_a_wrong_period_is_refused_beside_its_field(cast, client):
    surveys.seed(cast.group)
    client.force_login(cast.manager)
    response = client.get("/csi/", {"start": "2026-11-30", "end": "2026-11-01"})
    assert response.status_code == 422
    assert "end" in response.context["form"].errors
    assert client.get("/csi/", {"start": "soon", "end": ""}).status_code == 422


def test_an_empty_month_says_so(cast, client):
    client.force_login(cast.manager)
    assert client.get("/csi/").status_code == 200


def test_another_store_and_the_advisors_themselves_see_no_report(cast, client):
    made = make_response(cast)
    client.force_login(cast.advisor)
    assert client.get("/csi/").status_code == 403
    cast.neighbour.role = Role.SERVICE_MANAGER
    cast.neighbour.save()
    client.force_login(cast.neighbour)
    assert client.get("/csi/").context["whole"].responses == 0
    assert client.get(f"/csi/responses/{made.pk}/").status_code == 404


def test_the_report_costs_the_same_queries_with_one_and_with_many_answers(cast, client):
    client.force_login(cast.manager)
    make_response(cast)
    client.get("/csi/")
    counts = []
    for turn in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get("/csi/")
        counts.append(len(seen))
        for n in range(4):
            advisor = person(Role.SERVICE_ADVISOR, cast.store, cast.group, f"a{turn}{n}")
            make_response(cast, advisor=advisor)
    assert counts[0] == counts[1]


def test_an_advisor_sees_his_own_figures_from_five_answers_on_and_no_single_answer(cast, client):
    client.force_login(cast.advisor)
    for n in range(5):
        page = client.get("/csi/mine/")
        assert page.context["sheet"] is None
        make_response(cast, booking=3 if n == 0 else "", suggestions="空调再凉一点")
    page = client.get("/csi/mine/")
    assert page.context["sheet"].responses == 5
    shown_items = dict(page.context["items"])
    assert not any("预约" in text for text in shown_items), "one customer judged the booking"
    assert any("质量" in text for text in shown_items)
    assert "空调再凉一点" not in page.content.decode()
    other = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "other", name="孙悦")
    client.force_login(other)
    assert client.get("/csi/mine/").context["sheet"] is None
