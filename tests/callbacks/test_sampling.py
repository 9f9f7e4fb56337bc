"""The CSI sample: drawn so that anybody can draw it again, with who was left out and who took whose place."""

import hashlib

import pytest

from apps.accounts.roles import Role
from apps.callbacks import sampling, surveys
from apps.callbacks.models import Draw, Drawn
from apps.calls.models import Call
from apps.core import clock
from apps.customers.models import Customer
from tests.callbacks.factories import GOOD, make_draw, make_reached, make_visits
from tests.capacity.incident_factories import deliver
from tests.cast import person
from tests.complaints.factories import make_complaint

QUOTA = 3
"""Ten a month, a week's share rounded up."""


def drawn(draw) -> list[Drawn]:
    return list(draw.members.filter(state="drawn").order_by("rank"))


def test_of_each_advisor_the_lowest_ranks_are_asked_and_anybody_can_compute_them(cast):
    second = person(Role.SERVICE_ADVISOR, cast.store, cast.group, "second", name="孙悦")
    mine, theirs = make_visits(cast, 6), make_visits(cast, 2, advisor=second)
    draw = make_draw(cast, seed="autumn")
    assert draw.per_advisor == QUOTA
    for orders, advisor in ((mine, cast.advisor), (theirs, second)):
        ranks = sorted(hashlib.sha256(f"autumn:{o.pk}".encode()).hexdigest() for o in orders)
        asked = [m.rank for m in drawn(draw) if m.advisor_id == advisor.pk]
        assert asked == ranks[:QUOTA]
    assert draw.members.filter(state="reserve").count() == 3
    calls = Call.objects.filter(queue="csi_sample")
    assert {c.object_id for c in calls} == {m.order_id for m in drawn(draw)}
    assert not list(sampling.differences())


def test_last_week_is_drawn_once_and_a_week_without_visits_is_an_empty_draw(cast):
    surveys.seed(cast.group)
    first = sampling.draw_due(clock.today())
    assert first == Draw.objects.count() >= 1
    assert sampling.draw_due(clock.today()) == 0
    assert not Drawn.objects.exists()


def test_who_is_left_out_stands_there_with_the_reason(cast):
    silent, answered, angry, twice, again, asked = make_visits(cast, 6)
    Customer.objects.filter(pk=silent.customer_id).update(phone="")
    surveys.record(surveys.seed(cast.group), answered, GOOD, channel="link", call=None, by=None)
    make_complaint(cast, order=angry)
    type(again).objects.filter(pk=again.pk).update(customer=twice.customer_id)
    draw = make_draw(cast)
    reasons = {m.order_id: m.reason for m in draw.members.all()}
    assert (reasons[silent.pk], reasons[answered.pk], reasons[angry.pk]) == (
        "no_phone",
        "answered",
        "complaint",
    )
    assert sorted([reasons[twice.pk], reasons[again.pk]]) == ["", "twice"]
    assert reasons[asked.pk] == ""


def test_who_was_asked_within_ninety_days_is_left_in_peace(cast):
    (order,) = make_visits(cast, 1)
    draw = make_draw(cast)
    Draw.objects.filter(pk=draw.pk).update(first_day=draw.first_day - sampling.WEEK)
    (later,) = make_visits(cast, 1)
    type(later).objects.filter(pk=later.pk).update(customer=order.customer_id)
    again = make_draw(cast)
    assert again.members.get(order=later).reason == "lately"


def close_unreached(call, agent) -> None:
    for _try in range(2):
        call.refresh_from_db()
        Call.objects.filter(pk=call.pk).update(due_at=clock.now())
        call.refresh_from_db()
        call.claim(by=agent)
        call.record_attempt("no_answer", by=agent)
    call.refresh_from_db()
    call.claim(by=agent)
    call.complete_unreached(by=agent)


def test_who_cannot_be_reached_is_replaced_by_the_next_of_the_same_advisor_once(cast):
    make_visits(cast, 5)
    draw = make_draw(cast)
    first = drawn(draw)[0]
    following = draw.members.filter(state="reserve").order_by("rank").first()
    close_unreached(Call.objects.get(key=sampling.key(first.order_id)), cast.agent)
    deliver()
    deliver()
    following.refresh_from_db()
    assert (following.state, following.replaces) == ("drawn", first)
    assert Call.objects.filter(queue="csi_sample").count() == QUOTA + 1
    assert not list(sampling.differences())


def test_an_answer_by_link_takes_the_call_away(cast):
    (order,) = make_visits(cast, 1)
    make_draw(cast)
    surveys.record(surveys.in_use(cast.group), order, GOOD, channel="link", call=None, by=None)
    deliver()
    assert Call.objects.get(key=sampling.key(order.pk)).state == "cancelled"


def test_the_agent_asks_the_whole_survey_or_nothing_is_completed(cast, client):
    (order,) = make_visits(cast, 1)
    make_draw(cast)
    call = Call.objects.get(key=sampling.key(order.pk))
    Call.objects.filter(pk=call.pk).update(opens_on=clock.today(), due_at=clock.now())
    call.refresh_from_db()
    make_reached(call, cast.agent)
    client.force_login(cast.agent)
    assert client.get(call.get_absolute_url()).status_code == 200
    sent = {f"survey-{c}": {True: "yes"}.get(v, v) for c, v in GOOD.items()} | {"person_spoken_to": "王女士"}
    short = {k: v for k, v in sent.items() if k != "survey-quality"}
    refused = client.post(f"/callbacks/{call.pk}/sample/", short)
    assert refused.status_code == 422
    assert "quality" in refused.context["survey"].errors
    assert client.post(f"/callbacks/{call.pk}/sample/", sent).status_code == 302
    call.refresh_from_db()
    assert call.state == "done"
    assert surveys.answer_about(order).call == call
    deliver()
    client.force_login(cast.manager)
    page = client.get(f"/csi/samples/{Draw.objects.get().pk}/").content.decode()
    assert order.number in page


def test_a_program_completes_a_sample_call_only_with_the_whole_survey(cast, client):
    (order,) = make_visits(cast, 1)
    make_draw(cast)
    call = Call.objects.get(key=sampling.key(order.pk))
    Call.objects.filter(pk=call.pk).update(opens_on=clock.today(), due_at=clock.now())
    call.refresh_from_db()
    make_reached(call, cast.agent)
    client.force_login(cast.agent)
    address = f"/api/v1/callbacks/{call.pk}/complete/"
    for answers in ({}, {"overall": 9}):
        sent = {"person_spoken_to": "王", "answers": answers}
        assert client.post(address, sent, content_type="application/json").status_code == 400
    call.refresh_from_db()
    assert call.state == "open"
    given = {code: value for code, value in GOOD.items() if value != ""}
    sent = {"person_spoken_to": "王", "answers": given}
    assert client.post(address, sent, content_type="application/json").status_code == 200
    assert surveys.answer_about(order).call == call


@pytest.mark.parametrize("touched", ["rank", "state", "seed"])
def test_a_draw_that_was_touched_is_found(cast, touched):
    make_visits(cast, 5)
    draw = make_draw(cast)
    if touched == "seed":
        Draw.objects.update(seed="another")
    elif touched == "rank":
        Drawn.objects.filter(pk=drawn(draw)[0].pk).update(rank="0" * 64)
    else:
        Drawn.objects.filter(pk=drawn(draw)[0].pk).update(state="reserve")
    assert list(sampling.differences())
