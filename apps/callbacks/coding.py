"""What customers write, put into categories, and how often each is named."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from apps.accounts.models import DealerGroup, User
from apps.callbacks.models import Answer, Category, Question, Response, TextCoding
from apps.callbacks.texts import categories
from apps.core import clock
from apps.desk.models import Event


def seed(group: DealerGroup) -> None:
    """The shipped categories, where the group has none."""
    if not Category.objects.filter(group=group).exists():
        Category.objects.bulk_create(
            Category(group=group, name_zh=zh, name_en=en) for zh, en in categories.CATEGORIES
        )


def texts(user: User, start: datetime, end: datetime, *, only_open: bool) -> QuerySet[Answer]:
    """The texts answered from ``start`` to ``end`` in the stores in sight, latest first, with codings."""
    responses = Response.objects.visible_to(user).answered_between(start, end)
    rows = Answer.objects.filter(response__in=responses, question__kind=Question.Kind.TEXT)
    if only_open:
        rows = rows.filter(codings=None)
    return rows.select_related("response", "question").prefetch_related("codings").order_by("-pk")


def shares(user: User, start: datetime, end: datetime) -> tuple[int, int, list[tuple[Category, int]]]:
    """Texts, those coded, and each category with its number of texts, most named first. Three queries."""
    all_texts = texts(user, start, end, only_open=False)
    coded = TextCoding.objects.filter(answer__in=all_texts.values("pk"))
    counts = dict(coded.values_list("category").annotate(n=Count("answer", distinct=True)).order_by())
    found = [(c, counts.get(c.pk, 0)) for c in Category.objects.visible_to(user)]
    found.sort(key=lambda pair: -pair[1])
    return all_texts.count(), coded.values("answer").distinct().count(), found


@transaction.atomic
def code(answer: Answer, chosen: list[Category], *, by: User) -> None:
    """The text's categories are now ``chosen``; none puts it back among the open ones."""
    now = clock.now()
    TextCoding.objects.filter(answer=answer).exclude(category__in=chosen).delete()
    TextCoding.objects.bulk_create(
        [TextCoding(answer=answer, category=category, by=by, at=now) for category in chosen],
        ignore_conflicts=True,
    )
    facts = {"categories": [category.pk for category in chosen]}
    Event.record("survey.coded", about=answer.response, by=by, facts=facts)
