"""Weak persons and items: an improvement is opened by the figures, given a measure, and rechecked by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store, User
from apps.accounts.roles import Role
from apps.callbacks import reading, surveys
from apps.callbacks.models import Improvement, Questionnaire, Response
from apps.callbacks.models.response import ResponseQuerySet
from apps.callbacks.scores import MIN_N, Sheet, rounded, shown, significantly_below
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event, Task

LOOKS_BACK = timedelta(days=30)
FIND_MEASURE = gettext_noop("Satisfaction below target: find a measure for “%(label)s”")
RECHECK = gettext_noop("Recheck the improvement of “%(label)s”")


def go_round(today: date) -> int:
    """Open what the last thirty days call for, in every store; returns how many were opened. Idempotent."""
    opened = 0
    for store in Store.objects.order_by("pk"):
        questionnaire = surveys.in_use(store.group_id)
        if questionnaire is not None:
            opened += sum(1 for weak in _weak(store, questionnaire, today) if _open(weak))
    return opened


@dataclass(frozen=True)
class _Look:
    """One store's answers of the last thirty days."""

    store: Store
    questionnaire: Questionnaire
    rows: ResponseQuerySet
    today: date
    target: Decimal

    def sheet(self, rows: ResponseQuerySet) -> Sheet:
        """The sums of some of them. Three queries."""
        sheet = Sheet(reading.items_of(self.questionnaire), responses=rows.count())
        reading.add_answers(sheet, rows)
        return sheet

    def row(self, value: Decimal, n: int, **what: Any) -> Improvement:
        """An unsaved improvement of one thing."""
        return Improvement(
            store=self.store,
            questionnaire=self.questionnaire,
            opened_on=self.today,
            target=rounded(self.target),
            before=rounded(value),
            n_before=n,
            **what,
        )


def _weak(store: Store, questionnaire: Questionnaire, today: date) -> Iterator[Improvement]:
    """Unsaved rows of what is weak.

    Items below target; persons below it, or significantly below the store.
    """
    since, until = clock.at(today - LOOKS_BACK, 0), clock.at(today, 0)
    rows = Response.objects.filter(store=store, questionnaire=questionnaire).whole()
    rows = rows.answered_between(since, until)
    target = Decimal(Setting.value_of(reading.TARGET, store, today))
    look = _Look(store, questionnaire, rows, today, target)
    whole = look.sheet(rows)
    questions = {q.code: q for q in questionnaire.questions.all()}
    for code, value in whole.weak_items(target):
        if whole.tallies[code].n >= MIN_N:
            question = questions[code]
            yield look.row(value, whole.tallies[code].n, question=question, label=question.text_zh)
    for advisor in User.objects.filter(pk__in=rows.values("advisor")).order_by("pk"):
        own = look.sheet(rows.filter(advisor=advisor))
        index = own.index
        if index.is_sufficient and index.value is not None and _is_weak(own, whole, target):
            yield look.row(index.value, own.responses, person=f"user:{advisor.pk}", label=advisor.name)


def _is_weak(own: Sheet, whole: Sheet, target: Decimal) -> bool:
    value = own.index.value
    assert value is not None
    return value < target or significantly_below(own.together, whole.together)


@transaction.atomic
def _open(row: Improvement) -> bool:
    """Keep it with a task for whoever finds the measure, unless one is open for the same thing."""
    same = Improvement.objects.filter(
        store=row.store, questionnaire__code=row.questionnaire.code, state__in=["open", "running"]
    )
    code = row.question.code if row.question is not None else None
    if same.filter(person=row.person, question__code=code).exists():
        return False
    row.save()
    Event.record("improvement.opened", about=row, by=None, facts={"before": str(row.before)})
    Task.put(
        f"improvement:{row.pk}",
        about=row,
        kind="callbacks.improvement",
        title=FIND_MEASURE,
        params={"label": row.label},
        role=Role.RECEPTION_SUPERVISOR if row.person else Role.CUSTOMER_MANAGER,
        due_at=clock.now() + timedelta(days=2),
        url=row.get_absolute_url(),
    )
    return True


@transaction.atomic
def plan(row: Improvement, data: Mapping[str, Any], *, by: User) -> None:
    """Owner, measure, done by, recheck on; a task for the day of the recheck. Raises ``improvement_over``."""
    row = Improvement.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    if row.state not in (Improvement.State.OPEN, Improvement.State.RUNNING):
        raise DomainError(_("This improvement is concluded."), code="improvement_over")
    for name in ("owner", "measure", "due_on", "recheck_on"):
        setattr(row, name, data[name])
    row.state = Improvement.State.RUNNING
    row.save()
    for waiting in (f"improvement:{row.pk}", f"improvement-recheck:{row.pk}"):
        Task.drop(waiting, by=by, outcome=row.measure[:200])
    Task.put(
        f"improvement-recheck:{row.pk}",
        about=row,
        kind="callbacks.improvement",
        title=RECHECK,
        params={"label": row.label},
        owner=row.owner,
        due_at=clock.at(data["recheck_on"], 12),
        url=row.get_absolute_url(),
    )
    Event.record("improvement.planned", about=row, by=by, facts={"recheck": str(row.recheck_on)})


def now_at(row: Improvement) -> tuple[Decimal | None, int]:
    """The figure and its n since the measure was to be done, up to today. Three queries."""
    since = row.due_on or row.opened_on
    rows = Response.objects.filter(store=row.store_id, questionnaire__code=row.questionnaire.code).whole()
    rows = rows.filter(answered_at__gte=clock.at(since, 0))
    if row.person:
        rows = rows.filter(advisor=int(row.person.partition(":")[2]))
    sheet = Sheet(reading.items_of(row.questionnaire), responses=rows.count())
    reading.add_answers(sheet, rows)
    if row.question is None:
        return shown(sheet.index.value), sheet.responses
    mean = sheet.item_mean(row.question.code)
    return (shown(mean * 10) if mean is not None else None), sheet.tallies[row.question.code].n


@transaction.atomic
def conclude(row: Improvement, *, helped: bool, conclusion: str, by: User) -> None:
    """The recheck: the figure since then is kept with the verdict. Raises ``not_running``, ``too_few``."""
    row = (
        Improvement.objects.select_for_update(no_key=True, of=("self",))
        .select_related("questionnaire", "question")
        .get(pk=row.pk)
    )
    if row.state != Improvement.State.RUNNING:
        raise DomainError(_("Only what is under way can be concluded."), code="not_running")
    value, n = now_at(row)
    if value is None or n < MIN_N:
        raise DomainError(
            _("Only %(n)s answer(s) since then: with fewer than five nobody can tell.") % {"n": n},
            code="too_few",
        )
    row.after, row.n_after, row.conclusion = value, n, conclusion[:300]
    row.state = Improvement.State.HELPED if helped else Improvement.State.FAILED
    row.save()
    Task.drop(f"improvement-recheck:{row.pk}", by=by, outcome=row.get_state_display())
    facts = {"before": str(row.before), "after": str(value), "helped": helped}
    Event.record("improvement.concluded", about=row, by=by, facts=facts)
