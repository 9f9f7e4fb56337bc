"""The morning's satisfaction digest: made by 09:00 on working days, flagged when unread after 09:30."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store, User
from apps.accounts.roles import Role
from apps.callbacks import reading, sampling, surveys
from apps.callbacks.models import Digest, Drawn, Response
from apps.callbacks.models.response import ResponseQuerySet
from apps.callbacks.scores import Sheet, shown
from apps.calls.models import Call
from apps.complaints.models import Complaint
from apps.core import clock, workdays
from apps.desk.models import Notice, Task

MADE_FROM, FLAGGED_FROM = time(8, 45), time(9, 30)
READ = gettext_noop("Satisfaction digest of %(day)s: index %(index)s, low scores yesterday: %(low)s")
UNREAD = gettext_noop("Nobody has read the satisfaction digest of %(day)s yet.")
WORST = 3


def go_round(now: datetime) -> int:
    """Make what is due and flag what lies unread; returns how many were made. Idempotent."""
    local = timezone.localtime(now)
    today = local.date()
    if not workdays.is_workday(today) or local.time() < MADE_FROM:
        return 0
    done = Digest.objects.filter(day=today).values("store")
    made = sum(_make(store, today, now) for store in Store.objects.exclude(pk__in=done).order_by("pk"))
    if local.time() >= FLAGGED_FROM:
        for digest in Digest.objects.filter(day=today, read_at=None, flagged_at=None):
            _flag(digest, now)
    return made


def _make(store: Store, today: date, now: datetime) -> bool:
    if surveys.in_use(store.group_id) is None:
        return False
    content = content_of(store, today, now)
    try:
        with transaction.atomic():
            Digest.objects.create(store=store, day=today, content=content, made_at=now)
            heads = User.objects.with_role(Role.STATION_HEAD).filter(store=store, is_shared=False)
            told = {"day": str(today), "index": content["index"] or "–", "low": len(content["low"])}
            Notice.tell(list(heads), READ, url=reverse("callbacks:digest"), **told)
    except IntegrityError:  # another worker was faster
        return False
    return True


def _flag(digest: Digest, now: datetime) -> None:
    with transaction.atomic():
        if not Digest.objects.filter(pk=digest.pk, read_at=None, flagged_at=None).update(flagged_at=now):
            return
        told = User.objects.with_role(Role.STATION_HEAD, Role.SERVICE_MANAGER, Role.CUSTOMER_MANAGER)
        readers = list(told.filter(store=digest.store, is_shared=False))
        Notice.tell(readers, UNREAD, url=reverse("callbacks:digest"), day=str(digest.day))


def read(digest: Digest, by: User) -> None:
    """The station head has it before him. Once; nobody else's look counts."""
    if by.role == Role.STATION_HEAD and digest.read_at is None:
        Digest.objects.filter(pk=digest.pk, read_at=None).update(read_at=clock.now(), read_by=by)


def content_of(store: Store, today: date, now: datetime) -> dict[str, Any]:
    """The month so far, yesterday's low scores, the weakest items, the sample's and the calls' state."""
    questionnaire = surveys.in_use(store.group_id)
    assert questionnaire is not None
    yesterday = today - timedelta(days=1)
    rows = Response.objects.filter(store=store, questionnaire=questionnaire).whole()
    month = rows.answered_between(clock.at(today.replace(day=1), 0), now)
    fresh = rows.answered_between(clock.at(yesterday, 0), clock.at(today, 0))
    sheet = _sheet(month, questionnaire)
    target = Decimal(Setting.value_of(reading.TARGET, store))
    texts = {q.code: q for q in questionnaire.questions.all()}
    low = Task.objects.filter(
        kind="callbacks.recovery",
        subject__in=[f"callbacks.response:{pk}" for pk in fresh.values_list("pk", flat=True)],
    )
    open_drawn = Drawn.objects.filter(
        draw__store=store, state="drawn", draw__made_at__gte=now - timedelta(days=7)
    )
    overdue = Call.objects.filter(store=store, state__in=["open", "correction"], closes_on__lt=today)
    return {
        "index": str(shown(sheet.index.value) or "") if sheet.index.value is not None else "",
        "n": sheet.responses,
        "target": str(target),
        "yesterday": fresh.count(),
        "low": [[task.url, task.params.get("customer", ""), task.note] for task in low],
        "weak": [
            [texts[code].text_zh, texts[code].text_en, str(shown(value))]
            for code, value in sheet.weak_items(target)[:WORST]
        ],
        "recoveries": Task.objects.filter(store=store, kind="callbacks.recovery").open().count(),
        "sample": [open_drawn.count(), _answered(open_drawn)],
        "sample_calls": Call.objects.filter(store=store, queue=sampling.QUEUE, state="open").count(),
        "overdue": overdue.count(),
        "complaints": Complaint.objects.open().filter(store=store).count(),
    }


def _answered(drawn: Any) -> int:
    return Response.objects.filter(order__in=drawn.values("order")).count()


def _sheet(rows: ResponseQuerySet, questionnaire: Any) -> Sheet:
    sheet = Sheet(reading.items_of(questionnaire), responses=rows.count())
    reading.add_answers(sheet, rows)
    return sheet
