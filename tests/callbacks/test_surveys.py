"""Surveys by version: what is asked after what, what an answer is, and that nothing used is ever changed."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from apps.callbacks import flow, invitations, surveys
from apps.callbacks.models import Answer, Invitation, Question, Questionnaire, Response, Tally
from apps.callbacks.texts import ssi
from apps.core.errors import DomainError
from apps.desk.models import Event, Task
from apps.messaging.models import Message
from apps.workorders.models import WorkOrder
from tests.callbacks.factories import GOOD, make_post_repair_call, make_reached, make_response
from tests.handover.factories import make_handover
from tests.workorders.factories import make_order

SSI = {code: 9 if kind == "score" else True for code, _d, kind, *_rest in ssi.QUESTIONS} | {
    "reason": "near", "suggestions": "",
}  # fmt: skip


def question(code, kind="score", **fields):
    fields = {"dimension": "overall", "text_zh": code, "text_en": code} | fields
    return Question(code=code, kind=kind, **fields)


WAY = [
    question("there", "yes_no", dimension="screening", ends_on_no=True),
    question("overall"),
    question("why", "text", after="overall", after_answer="low"),
    question("come", "choice", options=[["car", "车", "By car"], ["bus", "车", "By bus"]]),
    question("parking", after="come", after_answer="car"),
    question("space", "text", after="parking", after_answer="low"),
]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["there", "overall", "come"]),
        ({"there": False}, ["there"]),
        ({"there": True, "overall": 9}, ["there", "overall", "come"]),
        ({"overall": 6}, ["there", "overall", "why", "come"]),
        ({"come": "car", "parking": 3}, ["there", "overall", "come", "parking", "space"]),
        ({"come": "bus", "parking": 3}, ["there", "overall", "come"]),
    ],
)
def test_what_is_asked_hangs_on_what_was_answered(answers, asked):
    assert [q.code for q in flow.path(WAY, answers).asked] == asked


def test_answers_off_the_way_are_left_out():
    kept, way = flow.kept(WAY, {"there": False, "overall": 3, "why": "x"})
    assert kept == {"there": False}
    assert way.ended_by.code == "there"
    assert flow.missing(way, kept) == []


def test_the_shipped_ssi_has_its_24_items_after_two_screening_questions(cast):
    surveys.seed(cast.group)
    rows = list(surveys.in_use(cast.group, "ssi").questions.all())
    assert len([q for q in rows if not q.ends_on_no]) == 24
    executed = [
        q for q in rows if q.kind == "yes_no" and not q.ends_on_no and q.dimension != "recommendation"
    ]
    assert len(executed) == 7
    assert [q.dimension for q in executed].count("follow_up") == 1
    assert not any(q.is_scored for q in executed)


def test_a_screening_no_is_an_outcome_and_never_a_score(cast):
    surveys.seed(cast.group)
    sale = make_handover(cast)
    made = surveys.record(
        surveys.in_use(cast.group, "ssi"), sale, SSI | {"present": False}, channel="link", call=None, by=None
    )
    assert made.ended_by == "present"
    assert [a.question.code for a in made.answers.all()] == ["present"]
    assert not Tally.objects.exists()
    assert not Response.objects.whole().exists()


def test_a_sale_is_answered_once_and_names_its_consultant(cast):
    surveys.seed(cast.group)
    sale, asked = make_handover(cast), surveys.in_use(cast.group, "ssi")
    made = surveys.record(asked, sale, SSI, channel="link", call=None, by=None)
    assert (made.person, made.order) == (f"name:{sale.sales_consultant}", None)
    assert surveys.record_once(asked, sale, SSI, channel="link", call=None, by=None) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        surveys.record(asked, sale, SSI, channel="link", call=None, by=None)


@pytest.mark.parametrize(
    "fields", [{"score": 11}, {"nps": 11}, {"score": 5, "nps": 5}, {}, {"text": "a", "choice": "b"}]
)
def test_an_answer_is_exactly_one_thing_in_its_range(cast, fields):
    made = make_response(cast)
    asked = Question.objects.filter(questionnaire=made.questionnaire, code="suggestions").get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.create(response=made, question=asked, **fields)


def test_a_version_in_use_is_never_edited_not_even_by_sql(cast):
    used = surveys.seed(cast.group)
    for statement in (
        "UPDATE callbacks_question SET text_zh = 'x' WHERE questionnaire_id = %s",
        "DELETE FROM callbacks_question WHERE questionnaire_id = %s",
        "UPDATE callbacks_questionnaire SET name = 'x' WHERE id = %s",
        "UPDATE callbacks_questionnaire SET state = 'draft' WHERE id = %s",
        "DELETE FROM callbacks_questionnaire WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [used.pk])


def test_a_new_version_takes_over_and_open_invitations_finish_on_theirs(cast):
    first = surveys.seed(cast.group)
    invitation, _url = invitations.invite(make_order(cast), channel="link", by=cast.advisor)
    draft = first.new_version(by=cast.manager)
    assert first.new_version(by=cast.manager) == draft, "one draft"
    assert draft.version == 2
    assert draft.questions.count() == first.questions.count()
    draft.put_in_use(by=cast.manager)
    assert surveys.in_use(cast.group) == draft
    assert Questionnaire.objects.get(pk=first.pk).state == "retired"
    answered = invitations.answer(invitation, GOOD)
    assert answered.questionnaire == first
    with pytest.raises(DomainError) as refused:
        draft.put_in_use(by=cast.manager)
    assert refused.value.code == "not_a_draft"


def test_what_scores_nothing_is_not_put_in_use(cast):
    draft = surveys.seed(cast.group).new_version(by=cast.manager)
    draft.questions.update(weight=0)
    with pytest.raises(DomainError) as refused:
        draft.put_in_use(by=cast.manager)
    assert refused.value.code == "nothing_scored"


def typed(**changes):
    sent = {f"survey-{c}": {True: "yes", False: "no"}.get(v, v) for c, v in (GOOD | changes).items()}
    return {name: value for name, value in sent.items() if value != ""}


@pytest.fixture
def invited(cast):
    surveys.seed(cast.group)
    order = make_order(cast)
    invitation, url = invitations.invite(order, channel="on_site", by=cast.advisor)
    return invitation, "/l/" + url.rpartition("/l/")[2]


def test_one_token_is_one_answer_whichever_phone_it_comes_from(cast, invited, client):
    _invitation, address = invited
    assert client.get(address).status_code == 200
    assert client.post(address, typed(suggestions="更快些")).status_code == 302
    assert client.post(address, typed(overall=2)).status_code == 200
    made = Response.objects.get()
    assert (made.channel, made.taken_by, made.answers.get(question__code="overall").score) == (
        "on_site",
        None,
        9,
    )
    thanks = client.get(address).content.decode()
    assert 'name="survey-overall"' not in thanks
    assert Invitation.objects.get().response == made


def test_what_was_entered_is_kept_and_goes_on_on_another_phone(invited, client):
    _invitation, address = invited
    half = {"draft": "1", "survey-overall": "7", "survey-suggestions": "空调 <b>", "survey-guess": "x"}
    assert client.post(address, half).status_code == 204
    assert not Response.objects.exists()
    assert Invitation.objects.get().draft == {"overall": "7", "suggestions": "空调 <b>"}
    page = client.get(address).content.decode()
    assert "空调 &lt;b&gt;" in page


def test_an_incomplete_or_impossible_answer_is_told_and_nothing_typed_is_lost(invited, client):
    _invitation, address = invited
    sent = typed(suggestions="很好" * 50_000)
    sent["survey-overall"] = "11"
    del sent["survey-price"]
    answer = client.post(address, sent)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert {"overall", "price", "suggestions"} <= set(errors)
    assert not Response.objects.exists()
    assert len(Invitation.objects.get().draft["suggestions"]) == 100_000
    assert "很好很好" in client.get(address).content.decode()


def test_a_second_invitation_takes_the_first_address_away_and_keeps_the_draft(cast, invited, client):
    invitation, address = invited
    client.post(address, {"draft": "1", "survey-overall": "7"})
    again, url = invitations.invite(invitation.order, channel="link", by=cast.advisor)
    assert again == invitation
    assert client.get(address).status_code == 404
    assert client.get("/l/" + url.rpartition("/l/")[2]).status_code == 200
    assert Invitation.objects.get().draft == {"overall": "7"}


def test_who_was_asked_on_the_phone_meanwhile_is_thanked(cast, invited, client):
    invitation, address = invited
    surveys.record(
        invitation.questionnaire, invitation.order, GOOD, channel="phone", call=None, by=cast.agent
    )
    assert client.post(address, typed()).status_code == 200
    assert Response.objects.count() == 1
    with pytest.raises(DomainError) as refused:
        invitations.invite(invitation.order, channel="link", by=cast.advisor)
    assert refused.value.code == "answered_already"


def test_a_call_completes_when_the_customer_answered_by_link_in_the_middle_of_it(cast, client):
    surveys.seed(cast.group)
    call = make_reached(make_post_repair_call(cast), cast.agent)
    client.force_login(cast.agent)
    page = client.get(call.get_absolute_url())
    version = page.context["survey"].questionnaire.pk
    order_id = call.object_id
    order = WorkOrder.objects.get(pk=order_id)
    surveys.record(surveys.in_use(cast.group), order, GOOD, channel="link", call=None, by=None)
    said = {"solved": "yes", "satisfaction": "9", "suggestions": "", "person_spoken_to": "王"}
    sent = said | typed(overall=3) | {"survey_version": version}
    assert client.post(reverse("callbacks:post_repair", args=[call.pk]), sent).status_code == 302
    call.refresh_from_db()
    assert call.state == "done"
    assert Response.objects.get().channel == "link", "his own answers stand"


def test_a_new_version_in_mid_call_judges_the_call_by_the_one_it_was_asked_with(cast, client):
    first = surveys.seed(cast.group)
    call = make_reached(make_post_repair_call(cast), cast.agent)
    client.force_login(cast.agent)
    assert client.get(call.get_absolute_url()).context["survey"].questionnaire == first
    draft = first.new_version(by=cast.manager)
    draft.questions.filter(code="overall").delete()
    draft.put_in_use(by=cast.manager)
    said = {"solved": "yes", "satisfaction": "9", "suggestions": "", "person_spoken_to": "王"}
    sent = said | typed() | {"survey_version": first.pk}
    assert client.post(reverse("callbacks:post_repair", args=[call.pk]), sent).status_code == 302
    made = Response.objects.get()
    assert made.questionnaire == first
    assert made.answers.filter(question__code="overall").exists()


def test_the_desk_shows_the_code_and_sends_the_link(cast, client):
    surveys.seed(cast.group)
    order = make_order(cast)
    client.force_login(cast.advisor)
    asked = {"kind": "order", "pk": order.pk}
    shown = client.post(reverse("callbacks:survey_code"), asked)
    assert shown.status_code == 200
    assert "<svg" in shown.content.decode()
    assert client.post(reverse("callbacks:survey_link"), asked).status_code == 302
    message = Message.objects.get(kind=invitations.LINK_MESSAGE)
    assert "/l/" in message.params["url"]
    client.force_login(cast.neighbour)
    assert client.post(reverse("callbacks:survey_code"), asked).status_code == 404
    for wrong in (
        {"kind": "user", "pk": "1"},
        {"kind": "order", "pk": "x"},
        {"kind": "order", "pk": "9" * 30},
    ):
        assert client.post(reverse("callbacks:survey_code"), wrong).status_code in (403, 404)


def test_the_history_carries_the_seal_of_the_answers(cast):
    made = make_response(cast)
    told = Event.objects.get(kind=surveys.ANSWERED)
    assert told.facts["seal"] == made.seal
    assert len(made.seal) == 64


def test_the_tallies_are_what_was_answered(cast):
    for overall in (9, 4):
        make_response(cast, overall=overall, suggestions="好")
    rows = {t.question.code if t.question else None: t for t in Tally.objects.select_related("question")}
    assert rows[None].n == 2
    assert (rows["overall"].n, rows["overall"].total, rows["overall"].squares) == (2, 13, 97)
    assert rows["recommend"].total == 20
    assert "suggestions" not in rows
    assert Decimal(rows["price"].total) / rows["price"].n == 8


def test_a_low_score_is_the_customer_manager_s_task_at_once(cast):
    assert not Task.objects.filter(kind="callbacks.recovery").exists()
    make_response(cast)
    assert not Task.objects.filter(kind="callbacks.recovery").exists()
    made = make_response(cast, quality=3, price=5, overall=6)
    task = Task.objects.get(kind="callbacks.recovery")
    assert (task.role, task.url) == ("customer_manager", reverse("callbacks:response", args=[made.pk]))
    assert task.note.index("3") < task.note.index("5"), "the worst first"
    assert "6" not in task.note
