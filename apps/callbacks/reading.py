"""Reading scores: the whole and its parts by person, model, kind of work or store, and the months behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, User
from apps.callbacks.models import Answer, Question, Questionnaire, Response, Tally
from apps.callbacks.models.response import ResponseQuerySet
from apps.callbacks.scores import MIN_N, Item, Sheet
from apps.catalog.models import VehicleModel, WorkKind

TARGET = "callbacks.csi_target"
"""The setting: points of the index that a store aims at."""
COUNTED = (Question.Kind.SCORE, Question.Kind.NPS, Question.Kind.YES_NO)


@dataclass(frozen=True)
class Cut:
    """A way to divide the answers: by ``field`` of the response; ``about`` says for which surveys."""

    key: str
    label: Any
    field: str
    about: tuple[str, ...] = ("service", "sale")


CUTS = {
    cut.key: cut
    for cut in (
        Cut("advisor", _("Service advisor"), "advisor", ("service",)),
        Cut("consultant", _("Sales consultant"), "consultant", ("sale",)),
        Cut("technician", _("Technician"), "technician", ("service",)),
        Cut("team", _("Team"), "team", ("service",)),
        Cut("work", pgettext_lazy("survey", "Kind of work"), "work_kind", ("service",)),
        Cut("model", _("Model"), "vehicle_model"),
        Cut("store", _("Store"), "store"),
        Cut("channel", _("Channel"), "channel"),
    )
}
USUAL = {Questionnaire.About.SERVICE: "advisor", Questionnaire.About.SALE: "consultant"}


def cuts_of(questionnaire: Questionnaire) -> list[Cut]:
    """The ways in which this survey's answers may be divided."""
    return [cut for cut in CUTS.values() if questionnaire.about in cut.about]


@dataclass(frozen=True)
class Row:
    """The answers of one part: ``key`` as the response has it, ``label`` for people."""

    key: Any
    label: str
    sheet: Sheet


def responses_of(
    user: User, questionnaire: Questionnaire, start: datetime, end: datetime
) -> ResponseQuerySet:
    """What was answered from ``start`` to ``end``, in the stores in sight, without what screening ended."""
    rows = Response.objects.visible_to(user).filter(questionnaire=questionnaire)
    return rows.whole().answered_between(start, end)


def items_of(questionnaire: Questionnaire) -> dict[str, Item]:
    """The questions as the arithmetic sees them. One query."""
    return {
        q.code: Item(q.code, q.dimension, q.kind, q.weight, q.in_index) for q in questionnaire.questions.all()
    }


def by(
    user: User, questionnaire: Questionnaire, start: datetime, end: datetime, cut: Cut
) -> tuple[Sheet, list[Row]]:
    """The whole and each part's sheet of the answers from ``start`` to ``end``. Four queries.

    Rows are ordered best index first; insufficient ones last, unranked.
    """
    responses = responses_of(user, questionnaire, start, end)
    items = items_of(questionnaire)
    whole, sheets = Sheet(items), defaultdict[Any, Sheet](lambda: Sheet(items))
    for key, n in responses.values_list(cut.field).annotate(n=Count("pk")).order_by():
        sheets[key].responses = n
        whole.responses += n
    grouped = (
        Answer.objects.filter(response__in=responses, question__kind__in=COUNTED)
        .values_list(f"response__{cut.field}", "question__code", "score", "nps", "yes")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for key, code, score, nps, yes, n in grouped:
        value = score if score is not None else nps if nps is not None else (10 if yes else 0)
        sheets[key].add(code, value, n)
        whole.add(code, value, n)
    labels = _labels(cut, sheets)
    rows = [Row(key, labels.get(key) or "", sheet) for key, sheet in sheets.items()]
    rows.sort(
        key=lambda r: (not r.sheet.index.is_sufficient, -(r.sheet.index.value or 0), r.label, str(r.key))
    )
    return whole, rows


def _labels(cut: Cut, keys: Any) -> dict[Any, str]:
    match cut.field:
        case "advisor" | "technician":
            return {pk: user.name for pk, user in User.objects.in_bulk([k for k in keys if k]).items()}
        case "vehicle_model":
            models = VehicleModel.objects.select_related("brand").in_bulk([k for k in keys if k])
            return {pk: str(model) for pk, model in models.items()}
        case "store":
            return {pk: store.name for pk, store in Store.objects.in_bulk(list(keys)).items()}
        case "work_kind":
            return {value: str(label) for value, label in WorkKind.choices}
        case "channel":
            return {value: str(label) for value, label in Response.Channel.choices}
    return {key: key for key in keys}


@dataclass(frozen=True)
class Month:
    """One month's sheet."""

    month: date
    sheet: Sheet


def months(user: User, questionnaire: Questionnaire, last: date, n: int = 12) -> list[Month]:
    """The sheets of ``n`` months up to that of ``last``, from the running sums. Two queries."""
    first = last.replace(day=1)
    for _month in range(n - 1):
        first = _before(first)
    items = items_of(questionnaire)
    sheets: dict[date, Sheet] = {}
    month = first
    while month <= last.replace(day=1):
        sheets[month] = Sheet(items)
        month = _after(month)
    sums = (
        Tally.objects.visible_to(user)
        .filter(questionnaire=questionnaire, month__in=list(sheets))
        .values_list("month", "question__code")
        .annotate(Sum("n"), Sum("total"), Sum("squares"))
        .order_by()
    )
    for month, code, count, total, squares in sums:
        if code is None:
            sheets[month].responses = count
        else:
            sheets[month].put(code, count, total, squares)
    return [Month(month, sheet) for month, sheet in sheets.items()]


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), 12 if month.month == 1 else month.month - 1, 1)


def _after(month: date) -> date:
    return date(month.year + (month.month == 12), 1 if month.month == 12 else month.month + 1, 1)


def add_answers(sheet: Sheet, responses: ResponseQuerySet) -> None:
    """Count the answers of ``responses`` into the sheet. One query."""
    grouped = Answer.objects.filter(response__in=responses, question__kind__in=COUNTED).values_list(
        "question__code", "score", "nps", "yes"
    )
    for code, score, nps, yes, count in grouped.annotate(n=Count("pk")).order_by():
        sheet.add(code, score if score is not None else nps if nps is not None else (10 if yes else 0), count)


def of_part(cut: Cut, part: str) -> dict[str, Any]:
    """The filter of the responses of one part, as an address names it; an empty part is the one without."""
    if cut.field in ("advisor", "technician", "vehicle_model", "store"):
        return {cut.field: int(part) if part.isdecimal() and len(part) < 18 else None}
    return {cut.field: part}


def own(user: User, questionnaire: Questionnaire, start: datetime, end: datetime) -> dict[str, Any]:
    """A person's own sheet; None below five answers, and no item that fewer than five customers judged.

    Texts are left out: each is one customer's. Four queries.
    """
    mine = responses_of(user, questionnaire, start, end).filter(advisor=user)
    n = mine.count()
    if n < MIN_N:
        return {"sheet": None, "n": n, "least": MIN_N}
    sheet = Sheet(items_of(questionnaire), responses=n)
    add_answers(sheet, mine)
    questions = {q.code: q for q in questionnaire.questions.all()}
    return {
        "sheet": sheet,
        "n": n,
        "items": [
            (questions[code].text, mean)
            for code, item in sheet.items.items()
            if item.is_scored
            and sheet.tallies[code].n >= MIN_N
            and (mean := sheet.item_mean(code)) is not None
        ],
    }
