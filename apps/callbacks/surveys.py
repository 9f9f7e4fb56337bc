"""Taking answers: which version is asked, what is kept of them, and what the history says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum
from django.utils import timezone

from apps.accounts.models import DealerGroup, User
from apps.callbacks import flow, recovery
from apps.callbacks.models import Answer, Question, Questionnaire, Response
from apps.callbacks.models.response import seal_of
from apps.callbacks.texts import csi, ssi
from apps.calls.models import Call
from apps.capacity.models import Resource
from apps.core import clock
from apps.desk.models import Event
from apps.handover.models import Handover
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking

SHIPPED = (csi, ssi)
ANSWERED = "survey.answered"
ADD = """
    INSERT INTO callbacks_tally AS t
        (store_id, questionnaire_id, month, person, question_id, n, total, squares)
    VALUES %s
    ON CONFLICT (questionnaire_id, store_id, month, person, question_id) DO UPDATE
    SET n = t.n + excluded.n, total = t.total + excluded.total, squares = t.squares + excluded.squares
"""


@transaction.atomic
def seed(group: DealerGroup) -> Questionnaire:
    """Version 1 of the shipped surveys, in use, where the group has none of that name; returns the CSI."""
    for shipped in SHIPPED:
        if not Questionnaire.objects.filter(group=group, code=shipped.CODE).exists():
            _lay(group, shipped)
    current = in_use(group)
    assert current is not None
    return current


def _lay(group: DealerGroup, shipped: Any) -> None:
    made = Questionnaire.objects.create(
        group=group,
        code=shipped.CODE,
        name=shipped.NAME,
        name_en=shipped.NAME_EN,
        about=shipped.ABOUT,
    )
    Question.objects.bulk_create(
        Question(
            questionnaire=made,
            position=position,
            code=code,
            dimension=dimension,
            kind=kind,
            weight=Decimal(weight),
            text_zh=text_zh,
            text_en=text_en,
            is_required=code not in shipped.OPTIONAL,
            ends_on_no=code in shipped.ENDING,
            in_index=kind != Question.Kind.YES_NO,
            options=shipped.CHOICES.get(code, []),
        )
        for position, (code, dimension, kind, weight, text_zh, text_en) in enumerate(shipped.QUESTIONS, 1)
    )
    Questionnaire.objects.filter(pk=made.pk).update(state=Questionnaire.State.IN_USE)


def in_use(group: DealerGroup | int, code: str = csi.CODE) -> Questionnaire | None:
    """The version of a survey that is asked now."""
    group_id = group.pk if isinstance(group, DealerGroup) else group
    return Questionnaire.objects.filter(
        group_id=group_id, code=code, state=Questionnaire.State.IN_USE
    ).first()


def code_for(subject: WorkOrder | Handover) -> str:
    """Which survey asks about it."""
    return csi.CODE if isinstance(subject, WorkOrder) else ssi.CODE


def about(subject: WorkOrder | Handover) -> dict[str, Any]:
    """The filter for rows about it."""
    return {"order": subject} if isinstance(subject, WorkOrder) else {"handover": subject}


def answer_about(subject: WorkOrder | Handover) -> Response | None:
    """What was answered about it already, in any version and by any channel. One query."""
    code = code_for(subject)
    return Response.objects.filter(questionnaire__code=code, **about(subject)).order_by("pk").first()


def record_once(
    questionnaire: Questionnaire, subject: WorkOrder | Handover, answers: Mapping[str, Any], **how: Any
) -> Response | None:
    """``record``, unless the customer has answered about it meanwhile, by whatever channel: then None."""
    if answer_about(subject) is not None:
        return None
    try:
        with transaction.atomic():
            return record(questionnaire, subject, answers, **how)
    except IntegrityError:
        if answer_about(subject) is None:
            raise
        return None


@transaction.atomic
def record(
    questionnaire: Questionnaire,
    subject: WorkOrder | Handover,
    answers: Mapping[str, Any],
    *,
    channel: str,
    call: Call | None,
    by: User | None,
) -> Response:
    """Keep a customer's answers, ``{question code: int | bool | str}``, to the questions that were asked.

    What hangs on an answer that was not given, or comes after the screening question that ended the survey,
    is left out. A second response about the same subject is refused by the database. About 12 statements.
    """
    questions = list(questionnaire.questions.all())
    given, way = flow.kept(questions, answers)
    response = Response(
        store_id=subject.store_id,
        questionnaire=questionnaire,
        call=call,
        channel=channel,
        taken_by=by,
        answered_at=clock.now(),
        ended_by=way.ended_by.code if way.ended_by else "",
        vehicle_model_id=subject.vehicle.model_id,
        **(_of_order(subject) if isinstance(subject, WorkOrder) else _of_sale(subject)),
    )
    response.seal = seal_of(response, given)
    response.save()
    rows = [
        _answer(response, question, given[question.code]) for question in way.asked if question.code in given
    ]
    Answer.objects.bulk_create(rows)
    if not response.ended_by:
        _count(response, rows)
        recovery.open_for(response, rows)
    facts = {"response": response.pk, "seal": response.seal, "code": questionnaire.code}
    Event.record(ANSWERED, about=response, by=by, thread=subject.event_thread, facts=facts)
    return response


def _of_order(order: WorkOrder) -> dict[str, Any]:
    """Whom and what the answers tell of: advisor, the technician who worked longest, the kind of work."""
    worked = (
        Clocking.objects.filter(job__order=order, ended_at__isnull=False)
        .values("technician")
        .annotate(time=Sum(F("ended_at") - F("started_at")))
        .order_by("-time", "technician")
        .first()
    )
    team = ""
    if worked is not None:
        team = (
            Resource.objects.filter(person=worked["technician"]).values_list("team", flat=True).first() or ""
        )
    main = (
        order.lines.standing()
        .filter(operation__isnull=False)
        .order_by("-quantity", "pk")
        .values_list("operation__work_kind", flat=True)
        .first()
    )
    return {
        "order": order,
        "advisor_id": order.advisor_id,
        "technician_id": worked["technician"] if worked is not None else None,
        "team": team,
        "work_kind": main or "",
    }


def _of_sale(handover: Handover) -> dict[str, Any]:
    return {"handover": handover, "consultant": handover.sales_consultant}


def _answer(response: Response, question: Question, value: Any) -> Answer:
    match question.kind:
        case Question.Kind.SCORE:
            return Answer(response=response, question=question, score=int(value))
        case Question.Kind.NPS:
            return Answer(response=response, question=question, nps=int(value))
        case Question.Kind.YES_NO:
            return Answer(response=response, question=question, yes=bool(value))
        case Question.Kind.CHOICE:
            return Answer(response=response, question=question, choice=str(value))
    return Answer(response=response, question=question, text=str(value))


def month_of(response: Response) -> date:
    """The month in which it counts, in the store's zone."""
    return timezone.localdate(response.answered_at).replace(day=1)


def _count(response: Response, answers: list[Answer]) -> None:
    """Add it to the month's sums: one statement, rows always in the same order."""
    counted = [(answer.question_id, answer.counted) for answer in answers if answer.counted is not None]
    rows = [(None, 1, 0, 0), *((pk, 1, value, value * value) for pk, value in sorted(counted))]
    fixed = (response.store_id, response.questionnaire_id, month_of(response), response.person)
    values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(ADD % values, [item for row in rows for item in (*fixed, *row)])
