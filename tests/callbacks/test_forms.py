"""The post-repair and N+15 forms on the call's page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.callbacks import services, surveys
from apps.callbacks.models import Answer, FollowUp, PostRepair, Question, Response
from apps.calls.models import Call
from apps.desk.models import EventDelivery, Task
from apps.handover.services import N15
from tests.callbacks.factories import delivered_event, make_post_repair_call, make_reached, make_response
from tests.calls.factories import make_call
from tests.workorders.factories import make_order

FORM = {"solved": "yes", "satisfaction": "9", "suggestions": "", "person_spoken_to": "王女士"}
SURVEY = {
    "survey-listened": "yes", "survey-greeting": "9", "survey-advisor": "9", "survey-facility": "8",
    "survey-quality": "9", "survey-price": "8", "survey-hand_back": "9", "survey-follow_up": "9",
    "survey-overall": "9", "survey-recommend": "yes",
}  # fmt: skip


@pytest.fixture
def call(cast, client):
    """A post-repair call that the agent, who is logged in, has reached."""
    surveys.seed(cast.group)
    client.force_login(cast.agent)
    return make_reached(make_post_repair_call(cast), cast.agent)


def send(client, call, **changes):
    return client.post(reverse("callbacks:post_repair", args=[call.pk]), FORM | changes)


def test_the_completed_call_has_its_form_and_the_call_is_done(cast, client, call):
    assert send(client, call).status_code == 302
    filled = PostRepair.objects.get()
    assert (filled.call_id, filled.solved, filled.satisfaction) == (call.pk, "yes", 9)
    call.refresh_from_db()
    assert (call.state, call.person_spoken_to, call.finished_by) == ("done", "王女士", cast.agent)
    assert not Response.objects.exists(), "the survey was not asked"


def test_a_score_of_11_is_refused_beside_its_field_and_nothing_is_saved_or_lost(client, call):
    response = send(client, call, satisfaction="11", suggestions="等太久 <b>")
    assert response.status_code == 422
    page = response.content.decode()
    assert "等太久 &lt;b&gt;" in page
    assert "satisfaction" in response.context["form"].errors
    call.refresh_from_db()
    assert call.state == "open"


def test_the_survey_asked_in_the_call_is_kept_answer_by_answer(cast, client, call):
    send(client, call, **SURVEY)
    response = Response.objects.get()
    assert (response.call_id, response.channel, response.taken_by) == (call.pk, "phone", cast.agent)
    assert response.answers.get(question__code="quality").score == 9
    assert response.answers.get(question__code="recommend").yes is True
    assert not response.answers.filter(question__code="booking").exists(), "left empty, not counted"


def test_half_a_survey_is_refused_and_the_call_stays_open(client, call):
    response = send(client, call, **{"survey-quality": "9"})
    assert response.status_code == 422
    assert "overall" in response.context["survey"].errors
    assert "booking" not in response.context["survey"].errors
    assert not PostRepair.objects.exists()


@pytest.mark.parametrize("changes", [{"solved": "no"}, {"satisfaction": "5"}])
def test_a_negative_answer_leads_straight_to_the_complaint_of_that_order(client, call, changes):
    response = send(client, call, **changes)
    order = services.order_of(call)
    assert response.url == f"/complaints/new/?order={order.number}"
    assert client.get(response.url).status_code == 200


def test_pressing_twice_makes_one_record(client, call):
    send(client, call, _once="k")
    send(client, call, _once="k")
    assert PostRepair.objects.count() == 1


def test_an_agent_who_does_not_hold_the_call_cannot_complete_it(cast, client, call):
    client.force_login(cast.information_clerk)
    assert send(client, call).status_code == 409
    assert not PostRepair.objects.exists()


def test_a_stranger_gets_nothing(cast, client, call):
    client.force_login(cast.stranger)
    assert send(client, call).status_code == 404


def test_delivery_calls_for_a_callback_in_3_to_5_working_days_over_the_weekend(cast, monkeypatch):
    thursday = datetime(2026, 11, 26, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    event = delivered_event(make_order(cast))
    event.at = thursday
    services.schedule_post_repair(event)
    services.schedule_post_repair(event)
    call = Call.objects.get()
    assert (call.opens_on, call.closes_on) == (date(2026, 12, 1), date(2026, 12, 3))
    assert call.role == "callback_agent"


def test_a_large_amount_is_called_by_reception(cast):
    order = make_order(cast)
    type(order).objects.filter(pk=order.pk).update(total=5000, labour_total=5000, parts_total=0)
    services.schedule_post_repair(delivered_event(order))
    assert Call.objects.get().role == "reception_supervisor"


def test_the_delivered_event_has_a_delivery_to_this_room(cast):
    event = delivered_event(make_order(cast))
    assert EventDelivery.objects.get(event=event).subscriber == "callbacks.post_repair"


def test_a_defect_on_a_new_car_becomes_the_managers_task_and_the_reading_is_kept(cast, client):
    call = make_reached(make_call(cast, queue=N15), cast.agent)
    client.force_login(cast.agent)
    data = {
        "odometer_km": "1200", "condition": "方向盘抖动", "questions": "", "advice": "", "outcome": "defect",
        "person_spoken_to": "本人",
    }  # fmt: skip
    assert client.post(reverse("callbacks:follow_up", args=[call.pk]), data).status_code == 302
    assert FollowUp.objects.get().outcome == "defect"
    assert Task.objects.open().get().role == "service_manager"
    assert call.vehicle.readings.get().odometer_km == 1200


def test_an_unknown_mileage_is_unknown_and_not_11(cast, client):
    call = make_reached(make_call(cast, queue=N15), cast.agent)
    client.force_login(cast.agent)
    data = {"odometer_km": "", "condition": "很好", "outcome": "good", "person_spoken_to": "本人"}
    client.post(reverse("callbacks:follow_up", args=[call.pk]), data)
    assert FollowUp.objects.get().odometer_km is None
    assert not call.vehicle.readings.exists()


def test_a_questionnaire_in_use_is_never_edited_and_answers_never_change(cast):
    response = make_response(cast)
    for change in (
        lambda: Question.objects.filter(code="quality").update(weight=9),
        lambda: Question.objects.filter(code="quality").delete(),
        lambda: Answer.objects.filter(response=response).update(score=10),
        lambda: Answer.objects.filter(response=response).delete(),
    ):
        with pytest.raises(Exception, match=r"never edited|Cannot|protect"), transaction.atomic():
            change()


def test_an_order_is_asked_once(cast):
    response = make_response(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        surveys.record(
            response.questionnaire, response.order, {"quality": 9}, channel="phone", call=None, by=cast.agent
        )
