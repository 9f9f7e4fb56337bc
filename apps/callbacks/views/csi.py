"""The satisfaction report: index, parts, items, months; and the answers behind each figure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.accounts.models import Setting, User
from apps.callbacks import charts, reading, surveys
from apps.callbacks.models import Question, Questionnaire, Response
from apps.callbacks.scores import MIN_N
from apps.core import clock, keyset

OWN_DAYS = 90


class PeriodForm(forms.Form):
    """From the first to the last day, both included."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput)
    end = forms.DateField(label=_("Until"), widget=forms.DateInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] > cleaned["end"]:
            self.add_error("end", _("The last day lies before the first."))
        return cleaned


def period_of(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    """The period that the address names, else the month so far; with the form that shows it."""
    today = clock.today()
    default = {"start": today.replace(day=1), "end": today}
    form = PeriodForm(request.GET if "start" in request.GET else None, initial=default)
    if form.is_bound and form.is_valid():
        return form, form.cleaned_data["start"], form.cleaned_data["end"]
    return form, default["start"], default["end"]


def _asked(request: HttpRequest) -> tuple[list[Questionnaire], Questionnaire | None]:
    """The versions that have been asked, and the one that the page is about."""
    used = Questionnaire.objects.visible_to(request.user).exclude(state=Questionnaire.State.DRAFT)
    versions = list(used.order_by("code", "-version"))
    wanted = request.GET.get("survey", "")
    if wanted:
        chosen = next((row for row in versions if str(row.pk) == wanted), None)
        if chosen is None:
            raise Http404
        return versions, chosen
    return versions, surveys.in_use(request.user.group_id)


@require_GET
@require_perm("callbacks.see_csi")
def report(request: HttpRequest) -> HttpResponse:
    """GET /csi/?survey=&by=advisor&start=&end= → index, parts, items, months.

    Each figure opens its answers.
    """
    form, start, end = period_of(request)
    versions, questionnaire = _asked(request)
    context: dict[str, Any] = {"form": form, "start": start, "end": end, "questionnaire": questionnaire}
    context["versions"] = versions
    if questionnaire is not None:
        cut = reading.CUTS.get(request.GET.get("by", ""))
        if cut is None or questionnaire.about not in cut.about:
            cut = reading.CUTS[reading.USUAL[Questionnaire.About(questionnaire.about)]]
        context |= _figures(request.user, questionnaire, start, end, cut)
    return render(request, "callbacks/csi.html", context, status=422 if form.errors else 200)


def _figures(
    user: User, questionnaire: Questionnaire, start: date, end: date, cut: reading.Cut
) -> dict[str, Any]:
    """Everything that the report shows of a period, and the index of the one before. Fourteen queries."""
    span = end - start + timedelta(days=1)
    since, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
    whole, rows = reading.by(user, questionnaire, since, until, cut)
    before, _rows = reading.by(user, questionnaire, clock.at(start - span, 0), since, cut)
    target = Decimal(Setting.value_of(reading.TARGET, user.store))
    questions = {q.code: q for q in questionnaire.questions.all()}
    labels = dict(Question.Dimension.choices)
    query = {"survey": questionnaire.pk, "start": start.isoformat(), "end": end.isoformat()}
    return {
        "whole": whole,
        "before": before,
        "rows": rows,
        "cut": cut,
        "cuts": reading.cuts_of(questionnaire),
        "target": target,
        "query": urlencode(query),
        "chart": charts.bars(rows, target),
        "trend": charts.line(reading.months(user, questionnaire, end), target),
        "dimensions": [(labels[name], mean * 10) for name, mean in whole.dimensions().items()],
        "lost": [
            (questions[code].text, points, whole.item_mean(code)) for code, points in whole.lost_points()
        ][:8],
        "weak": [(questions[code].text, value) for code, value in whole.weak_items(target)],
        "shares": [
            (q.text, whole.percent_yes(q.code)) for q in questions.values() if q.kind == Question.Kind.YES_NO
        ],
        "promoters": [
            (q.text, whole.promoters(q.code)) for q in questions.values() if q.kind == Question.Kind.NPS
        ],
        "ended": Response.objects.visible_to(user)
        .filter(questionnaire=questionnaire)
        .answered_between(since, until)
        .exclude(ended_by="")
        .count(),
    }


@require_GET
@require_perm("callbacks.see_csi")
def responses(request: HttpRequest) -> HttpResponse:
    """GET /csi/responses/?survey=&start=&end=&by=&part= → the responses behind a figure, latest first."""
    form, start, end = period_of(request)
    _versions, questionnaire = _asked(request)
    since, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
    rows = Response.objects.visible_to(request.user).filter(questionnaire=questionnaire)
    rows = rows.whole().answered_between(since, until)
    cut, part = reading.CUTS.get(request.GET.get("by", "")), request.GET.get("part")
    if cut is not None and part is not None:
        rows = rows.filter(**reading.of_part(cut, part))
    found = rows.select_related("order__vehicle", "handover__vehicle", "advisor", "questionnaire")
    page = keyset.page(found, request.GET, order=("-answered_at", "-pk"))
    context = {"form": form, "start": start, "end": end, "page": page, "questionnaire": questionnaire}
    return render(request, "callbacks/responses.html", context)


@require_GET
@require_perm("callbacks.see_csi")
def response_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /csi/responses/7/ → the raw answers."""
    visible = Response.objects.visible_to(request.user).select_related(
        "order__vehicle", "handover__vehicle", "advisor", "technician", "questionnaire", "taken_by"
    )
    found = get_object_or_404(visible, pk=pk)
    answers = list(found.answers.select_related("question").order_by("question__position"))
    return render(request, "callbacks/response.html", {"response": found, "answers": answers})


@require_GET
@require_perm("callbacks.see_own_csi")
def own(request: HttpRequest) -> HttpResponse:
    """GET /csi/mine/ → one's own figures of ninety days.

    Below five answers nothing, so that nobody is named.
    """
    questionnaire = surveys.in_use(request.user.group_id)
    today = clock.today()
    context: dict[str, Any] = {"days": OWN_DAYS, "sheet": None, "n": 0, "least": MIN_N}
    if questionnaire is not None:
        context |= reading.own(
            request.user,
            questionnaire,
            clock.at(today - timedelta(days=OWN_DAYS), 0),
            clock.at(today + timedelta(days=1), 0),
        )
        context["target"] = Decimal(Setting.value_of(reading.TARGET, request.user.store))
    return render(request, "callbacks/own_csi.html", context)
