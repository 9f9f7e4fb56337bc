"""The reserve for walk-ins: what is kept, what history teaches, and taking it over."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.access import require_perm
from apps.capacity import learning, usage, usage_chart
from apps.capacity.learning import BackTest, Outcome, Used
from apps.capacity.selectors import BY_WEEKDAY, RESERVE
from apps.capacity.usage import Lesson
from apps.capacity.views.resources import own_store
from apps.core.errors import DomainError
from apps.core.when import WEEKDAYS
from apps.desk.once import once


@require_GET
@require_perm("capacity.manage")
def reserve_page(request: HttpRequest) -> HttpResponse:
    """GET /capacity/reserve/ → the reserve in force, the learned one and its evidence. Three queries."""
    return _page(request)


@require_POST
@require_perm("capacity.manage")
@once
def adoption_create(request: HttpRequest) -> HttpResponse:
    """POST /capacity/reserve/adoption/ ``seen`` → what was learned holds from tomorrow on."""
    try:
        usage.adopt(own_store(request), by=request.user, seen=request.POST.get("seen", ""))
    except DomainError as error:
        return _page(request, error=error.message, status=422)
    messages.success(request, _("From tomorrow on the learned reserve is kept."))
    return redirect("capacity:reserve")


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    store = own_store(request)
    lesson = Lesson.of(store)
    context = {
        "lesson": lesson,
        "since": usage.since(store),
        "error": error,
        "missing": max(learning.MIN_DAYS - len(lesson.days), 0),
        "least": learning.MIN_DAYS,
        "cost": learning.TURNED_AWAY_COST,
        "is_new": lesson.learned is not None and lesson.learned != lesson.tomorrow,
        "seen": usage.fingerprint(lesson.learned) if lesson.learned else "",
        "chart": usage_chart.draw(lesson.days, lesson.now, lesson.learned),
        "weekdays": _weekdays(lesson),
        "rows": _rows(lesson.test) if lesson.test else [],
        "is_as_good": _is_as_good(lesson.test),
        "same_day": _share(lesson.days),
        "idle": 100 * sum(d.idle for d in lesson.days) / sum(d.present for d in lesson.days)
        if lesson.days
        else None,
        "may_set": request.user.has_perm("desk.edit_settings"),
        "reserve_key": RESERVE,
        "by_weekday_key": BY_WEEKDAY,
    }
    return render(request, "capacity/reserve.html", context, status=status)


def _is_as_good(test: BackTest | None) -> bool:
    """Whether what is in force would have cost no more than what was learned."""
    return bool(test) and test.outcomes["current"].cost <= test.outcomes["learned"].cost


def _share(days: list[Used]) -> float | None:
    """Per cent of the time there that was used the same day."""
    return 100 * sum(d.same_day for d in days) / sum(d.present for d in days) if days else None


@dataclass(frozen=True)
class Weekday:
    """A row of the table by weekday; ``same_day`` in per cent."""

    name: str
    days: int
    same_day: float | None
    now: int
    learned: int | None


def _weekdays(lesson: Lesson) -> list[Weekday]:
    rows = []
    for n, name in enumerate(WEEKDAYS):
        days = [d for d in lesson.days if d.day.weekday() == n]
        learned = lesson.learned.week[n] if lesson.learned else None
        rows.append(Weekday(str(name), len(days), _share(days), lesson.now.week[n], learned))
    return rows


@dataclass(frozen=True)
class Row:
    """A plan of the back-test, hours a day."""

    name: str
    turned_away: float
    idle: float
    cost: float
    is_best: bool


def _rows(test: BackTest) -> list[Row]:
    names = {
        "none": _("Nothing kept"),
        "default": _("Default, %(percent)d %%") % {"percent": usage.default_percent()},
        "current": _("In force today"),
        "learned": pgettext("reserve", "Learned"),
    }
    least = min(outcome.cost for outcome in test.outcomes.values())

    def row(name: str, outcome: Outcome) -> Row:
        away, idle, cost = (
            minutes / 60 / test.judged for minutes in (outcome.turned_away, outcome.idle, outcome.cost)
        )
        return Row(names[name], away, idle, cost, is_best=outcome.cost == least)

    return [row(name, outcome) for name, outcome in test.outcomes.items()]
