"""Questionnaires: their versions, the draft that is edited, and a look at each as the customer sees it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.callbacks import editing
from apps.callbacks.forms import SurveyForm
from apps.callbacks.models import Questionnaire, Response
from apps.callbacks.question_forms import BaseQuestions, DraftForm, QuestionFormSet, initial_of
from apps.core.errors import DomainError
from apps.desk.once import once


@require_GET
@require_perm("callbacks.see_csi")
def questionnaire_list(request: HttpRequest) -> HttpResponse:
    """GET /csi/questionnaires/ → every survey's versions, with how often each was answered. Two queries."""
    rows = list(Questionnaire.objects.visible_to(request.user).order_by("code", "-version"))
    counts: dict[int, int] = dict(
        Response.objects.visible_to(request.user)
        .order_by()
        .values_list("questionnaire")
        .annotate(n=Count("pk"))
    )
    surveys: dict[str, list[tuple[Questionnaire, int]]] = {}
    for row in rows:
        surveys.setdefault(row.code, []).append((row, counts.get(row.pk, 0)))
    context = {"surveys": surveys, "may_edit": request.user.has_perm("callbacks.edit_surveys")}
    return render(request, "callbacks/questionnaires.html", context)


def _find(request: HttpRequest, pk: int) -> Questionnaire:
    return get_object_or_404(Questionnaire.objects.visible_to(request.user), pk=pk)


@require_http_methods(["GET", "POST"])
@require_perm("callbacks.see_csi")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /csi/questionnaires/7/preview/ → as the customer sees it; sending it keeps nothing."""
    questionnaire = _find(request, pk)
    data = request.POST if request.method == "POST" else None
    form = SurveyForm(data, questionnaire=questionnaire, by_hand=True, is_whole=True)
    sent = form.is_bound and form.is_valid()
    context = {
        "questionnaire": questionnaire,
        "form": form,
        "store": request.user.store,
        "is_preview": True,
        "was_sent": sent,
    }
    return render(request, "callbacks/survey.html", context, status=422 if form.errors else 200)


@require_POST
@require_perm("callbacks.edit_surveys")
@once
def version_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /csi/questionnaires/7/version/ → a draft with the same questions, or the one that is there."""
    draft = _find(request, pk).new_version(by=request.user)
    return redirect("callbacks:questionnaire", pk=draft.pk)


@require_http_methods(["GET", "POST"])
@require_perm("callbacks.edit_surveys")
@once
def questionnaire_update(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /csi/questionnaires/7/ → the draft's questions; ``use`` keeps it and puts it in use."""
    questionnaire = _find(request, pk)
    if request.method != "POST":
        return _edit(request, questionnaire, *_fresh(questionnaire))
    head = DraftForm(request.POST, instance=questionnaire)
    rows = QuestionFormSet(request.POST, prefix="q")
    # Both are judged, so that everything wrong is told at once.
    if not all([head.is_valid(), rows.is_valid()]):
        return _edit(request, questionnaire, head, rows)
    try:
        editing.keep(
            questionnaire,
            head.cleaned_data,
            rows.questions(),
            seen=request.POST.get("seen", ""),
            put_in_use="use" in request.POST,
            by=request.user,
        )
    except DomainError as refused:
        head.add_error(None, refused.message)
        return _edit(request, _find(request, pk), head, rows)
    if "use" in request.POST:
        messages.success(request, _("%(survey)s is asked from now on.") % {"survey": questionnaire})
        return redirect("callbacks:questionnaires")
    messages.success(request, _("The draft is kept."))
    return redirect("callbacks:questionnaire", pk=pk)


def _fresh(questionnaire: Questionnaire) -> tuple[DraftForm, BaseQuestions]:
    rows = QuestionFormSet(prefix="q", initial=initial_of(questionnaire))
    return DraftForm(instance=questionnaire), rows


def _edit(request: HttpRequest, questionnaire: Questionnaire, head: Any, rows: Any) -> HttpResponse:
    wrong = head.errors or (rows.is_bound and (rows.total_error_count() or rows.non_form_errors()))
    context = {
        "questionnaire": questionnaire,
        "form": head,
        "rows": rows,
        "seen": request.POST.get("seen") or editing.fingerprint(questionnaire),
    }
    return render(request, "callbacks/questionnaire.html", context, status=422 if wrong else 200)
