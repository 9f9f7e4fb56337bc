"""Taking answers and reading scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count

from apps.accounts.models import DealerGroup, User
from apps.callbacks.models import Answer, Question, Questionnaire, Response
from apps.callbacks.scores import Item, Sheet
from apps.callbacks.texts import csi
from apps.calls.models import Call
from apps.core import clock
from apps.desk.models import Event
from apps.workorders.models import WorkOrder


@transaction.atomic
def seed(group: DealerGroup) -> Questionnaire:
    """Version 1 of the shipped CSI, in use; the one in use when there is one already."""
    current = in_use(group)
    if current is not None:
        return current
    made = Questionnaire.objects.create(group=group, code=csi.CSI, name=csi.NAME)
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
            is_required=code not in csi.OPTIONAL,
        )
        for position, (code, dimension, kind, weight, text_zh, text_en) in enumerate(csi.QUESTIONS, 1)
    )
    made.state = Questionnaire.State.IN_USE
    made.save(update_fields=["state"])
    return made


def in_use(group: DealerGroup | int, code: str = csi.CSI) -> Questionnaire | None:
    """The version of a survey that is asked now."""
    group_id = group.pk if isinstance(group, DealerGroup) else group
    return Questionnaire.objects.filter(
        group_id=group_id, code=code, state=Questionnaire.State.IN_USE
    ).first()


@transaction.atomic
def record(
    questionnaire: Questionnaire,
    order: WorkOrder,
    answers: Mapping[str, Any],
    *,
    channel: str,
    call: Call | None,
    by: User | None,
) -> Response:
    """Keep a customer's answers, ``{question code: int | bool | str}``; empty ones are left out.

    A second response for the same order is refused by the database.
    """
    response = Response.objects.create(
        store_id=order.store_id,
        questionnaire=questionnaire,
        order=order,
        call=call,
        advisor_id=order.advisor_id,
        channel=channel,
        taken_by=by,
        answered_at=clock.now(),
    )
    given = [(q, answers.get(q.code)) for q in questionnaire.questions.all()]
    Answer.objects.bulk_create(
        _answer(response, question, value) for question, value in given if value not in (None, "")
    )
    Event.record("survey.answered", about=response, by=by, thread=order.event_thread)
    return response


def _answer(response: Response, question: Question, value: Any) -> Answer:
    match question.kind:
        case Question.Kind.SCORE:
            return Answer(response=response, question=question, score=int(value))
        case Question.Kind.YES_NO:
            return Answer(response=response, question=question, yes=bool(value))
    return Answer(response=response, question=question, text=str(value))


@dataclass(frozen=True)
class AdvisorRow:
    """One advisor's sheet, or the store's with ``advisor`` None."""

    advisor: User | None
    sheet: Sheet


def by_advisor(
    user: User, questionnaire: Questionnaire, start: datetime, end: datetime
) -> tuple[AdvisorRow, list[AdvisorRow]]:
    """The whole and each advisor's sheet of the answers from ``start`` to ``end``. Four queries.

    Rows are ordered best index first; insufficient ones last, unranked.
    """
    responses = (
        Response.objects.visible_to(user).filter(questionnaire=questionnaire).answered_between(start, end)
    )
    items = {
        q.code: Item(q.code, q.dimension, q.kind, q.weight, q.in_index) for q in questionnaire.questions.all()
    }
    whole, sheets = Sheet(items), {}
    for advisor_id, n in responses.values_list("advisor").annotate(n=Count("pk")).order_by():
        sheets[advisor_id] = Sheet(items, responses=n)
        whole.responses += n
    grouped = (
        Answer.objects.filter(response__in=responses)
        .exclude(question__kind=Question.Kind.TEXT)
        .values_list("response__advisor", "question__code", "score", "yes")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for advisor_id, code, score, yes, n in grouped:
        value = score if score is not None else (10 if yes else 0)
        sheets[advisor_id].add(code, value, n)
        whole.add(code, value, n)
    people = User.objects.in_bulk(sheets)
    rows = [AdvisorRow(people[pk], sheet) for pk, sheet in sheets.items()]
    rows.sort(
        key=lambda r: (
            not r.sheet.index.is_sufficient,
            -(r.sheet.index.value or 0),
            r.advisor.name if r.advisor else "",
        )
    )
    return AdvisorRow(None, whole), rows
