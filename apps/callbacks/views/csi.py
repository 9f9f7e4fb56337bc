"""The first CSI report: by advisor, with a chart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.accounts.models import Setting
from apps.callbacks import charts, surveys
from apps.callbacks.models import Question, Response
from apps.core import clock


class PeriodForm(forms.Form):
    """From the first to the last day, both included."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput)
    end = forms.DateField(label=_("Until"), widget=forms.DateInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] > cleaned["end"]:
            self.add_error("end", _("The last day lies before the first."))
        return cleaned


def _period(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    today = clock.today()
    default = {"start": today.replace(day=1), "end": today}
    form = PeriodForm(request.GET if "start" in request.GET else None, initial=default)
    if form.is_bound and form.is_valid():
        return form, form.cleaned_data["start"], form.cleaned_data["end"]
    return form, default["start"], default["end"]


@require_GET
@require_perm("callbacks.see_csi")
def report(request: HttpRequest) -> HttpResponse:
    """GET /csi/?start=&end= → index, dimensions, weak items, advisors; each figure opens its answers."""
    form, start, end = _period(request)
    questionnaire = surveys.in_use(request.user.group_id)
    context: dict[str, Any] = {"form": form, "start": start, "end": end, "questionnaire": questionnaire}
    context |= {"start_iso": start.isoformat(), "end_iso": end.isoformat()}
    if questionnaire is not None:
        since, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
        whole, rows = surveys.by_advisor(request.user, questionnaire, since, until)
        target = Decimal(Setting.value_of("callbacks.csi_target", request.user.store))
        texts = {q.code: q.text for q in questionnaire.questions.all()}
        labels = dict(Question.Dimension.choices)
        context |= {
            "whole": whole.sheet,
            "rows": rows,
            "target": target,
            "chart": charts.bars(rows, target),
            "dimensions": [(labels[name], mean * 10) for name, mean in whole.sheet.dimensions().items()],
            "weak": [(texts[code], value) for code, value in whole.sheet.weak_items(target)],
            "recommend": whole.sheet.percent_yes("recommend"),
            "listened": whole.sheet.percent_yes("listened"),
        }
    return render(request, "callbacks/csi.html", context, status=422 if form.errors else 200)


@require_GET
@require_perm("callbacks.see_csi")
def responses(request: HttpRequest) -> HttpResponse:
    """GET /csi/responses/?start=&end=&advisor= → the responses behind a figure."""
    form, start, end = _period(request)
    since, until = clock.at(start, 0), clock.at(end + timedelta(days=1), 0)
    rows = Response.objects.visible_to(request.user).answered_between(since, until)
    advisor = request.GET.get("advisor", "")
    if advisor.isdigit():
        rows = rows.filter(advisor_id=int(advisor))
    rows = rows.select_related("order__vehicle", "advisor", "questionnaire").order_by("-answered_at")
    context = {"form": form, "start": start, "end": end, "advisor": advisor, "responses": list(rows[:200])}
    return render(request, "callbacks/responses.html", context)


@require_GET
@require_perm("callbacks.see_csi")
def response_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /csi/responses/7/ → the raw answers."""
    visible = Response.objects.visible_to(request.user).select_related(
        "order__vehicle", "advisor", "questionnaire"
    )
    found = get_object_or_404(visible, pk=pk)
    answers = list(found.answers.select_related("question").order_by("question__position"))
    return render(request, "callbacks/response.html", {"response": found, "answers": answers})
