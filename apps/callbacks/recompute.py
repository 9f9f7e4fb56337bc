"""Every satisfaction figure once more, from the raw answers and the draw log.

And whether an answer was touched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from apps.callbacks import sampling
from apps.callbacks.models import Question, Questionnaire, Response, Tally
from apps.callbacks.models.response import seal_of
from apps.callbacks.reading import items_of
from apps.callbacks.scores import Item, Sheet
from apps.callbacks.surveys import ANSWERED, month_of
from apps.desk.models import Event

CHUNK = 1000
Key = tuple[int, int, Any, str, int | None]
"""Store, questionnaire, month, person, question (None: the responses)."""


def differences() -> Iterator[str]:
    """Sentences, one a difference: sums, figures, seals, missing or changed answers, draws."""
    sums, seals = _from_raw()
    yield from _against_tallies(sums)
    yield from _against_history(seals)
    yield from sampling.differences()


def _from_raw() -> tuple[dict[Key, tuple[int, int, int]], dict[int, tuple[str, str]]]:
    """The sums as they must be, and each response's ``(seal it bears, seal of its answers)``."""
    sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    seals: dict[int, tuple[str, str]] = {}
    rows = Response.objects.order_by("pk").prefetch_related("answers__question")
    for response in rows.iterator(chunk_size=CHUNK):
        answers = list(response.answers.all())
        given = {answer.question.code: answer.value for answer in answers}
        seals[response.pk] = (response.seal, seal_of(response, given))
        if response.ended_by:
            continue
        where = (response.store_id, response.questionnaire_id, month_of(response), response.person)
        _add(sums[(*where, None)], 0)
        for answer in answers:
            if answer.counted is not None:
                _add(sums[(*where, answer.question_id)], answer.counted)
    return {key: (n, total, squares) for key, (n, total, squares) in sums.items()}, seals


def _add(sums: list[int], value: int) -> None:
    sums[0] += 1
    sums[1] += value
    sums[2] += value * value


def _kept() -> dict[Key, tuple[int, int, int]]:
    names = ("store", "questionnaire", "month", "person", "question", "n", "total", "squares")
    rows = Tally.objects.filter(n__gt=0).values_list(*names)
    return {row[:5]: row[5:] for row in rows}


def _against_tallies(sums: dict[Key, tuple[int, int, int]]) -> Iterator[str]:
    kept = _kept()
    for key in sorted(set(sums) | set(kept), key=str):
        if sums.get(key) != kept.get(key):
            store, questionnaire, month, person, question = key
            what = "responses" if question is None else f"question {question}"
            yield (
                f"store {store}, questionnaire {questionnaire}, {month:%Y-%m}, {person}, {what}: "
                f"kept {kept.get(key)}, answers give {sums.get(key)}"
            )


def _against_history(seals: dict[int, tuple[str, str]]) -> Iterator[str]:
    for pk, (borne, computed) in seals.items():
        if borne and borne != computed:
            yield f"response {pk}: an answer was changed, added or removed since it was given"
    told = Event.objects.filter(kind=ANSWERED, facts__has_key="seal").values_list("facts", flat=True)
    heard = Counter[int]()
    for facts in told.iterator(chunk_size=CHUNK):
        pk = facts["response"]
        heard[pk] += 1
        if pk not in seals:
            yield f"response {pk}: it is gone, the history knows it"
        elif facts["seal"] != seals[pk][0]:
            yield f"response {pk}: its seal is not the one the history knows"
    for pk, (borne, _computed) in seals.items():
        if borne and pk not in heard:
            yield f"response {pk}: the history does not know it"


@transaction.atomic
def rebuild() -> int:
    """Write the sums anew from the answers; returns how many rows there are."""
    sums, _seals = _from_raw()
    Tally.objects.all().delete()
    names = ("store_id", "questionnaire_id", "month", "person", "question_id")
    rows = [
        Tally(**dict(zip(names, key, strict=True)), n=n, total=total, squares=squares)
        for key, (n, total, squares) in sums.items()
    ]
    return len(Tally.objects.bulk_create(rows, batch_size=CHUNK))


def indices() -> Iterator[tuple[str, str]]:
    """``(where, index)`` of each month, store, questionnaire and person, from the raw answers alone."""
    sums, _seals = _from_raw()
    items: dict[int, dict[str, Item]] = {}
    for questionnaire in Questionnaire.objects.all():
        items[questionnaire.pk] = items_of(questionnaire)
    codes: dict[int, str] = dict(Question.objects.values_list("pk", "code"))
    sheets: dict[Any, Sheet] = {}
    for (store, questionnaire_id, month, person, question), (n, total, squares) in sums.items():
        where = (store, questionnaire_id, month, person)
        sheet = sheets.setdefault(where, Sheet(items[questionnaire_id]))
        if question is None:
            sheet.responses = n
        else:
            sheet.put(codes[question], n, total, squares)
    for (store, questionnaire_id, month, person), sheet in sorted(sheets.items(), key=str):
        yield f"{month:%Y-%m} store {store} questionnaire {questionnaire_id} {person}", str(sheet.index.value)
