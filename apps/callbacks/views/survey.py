"""The survey in the customer's hand: by link and by the code on site; and the desk that invites him."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.callbacks import invitations, surveys
from apps.callbacks.forms import SurveyForm
from apps.callbacks.models import Invitation, Response
from apps.desk.models import Link
from apps.desk.once import once
from apps.handover.models import Handover
from apps.messaging.pictures import qr
from apps.workorders.models import WorkOrder

SUBJECTS: dict[str, Any] = {"order": WorkOrder, "handover": Handover}


def survey_public(request: HttpRequest, link: Link) -> HttpResponse:
    """GET, POST /l/<token>/: the questions, with what was typed so far; POST ``draft`` keeps, else sends.

    One token is one answer: a second phone, or a second press, reads that it has been answered.
    """
    rows = Invitation.objects.select_related("questionnaire", "store", "order__vehicle", "handover__vehicle")
    invitation = get_object_or_404(rows, pk=link.object_id)
    if request.method == "POST" and "draft" in request.POST:
        prefix = f"{SurveyForm.prefix}-"
        typed = {k.removeprefix(prefix): v for k, v in request.POST.items() if k.startswith(prefix)}
        invitations.keep_draft(invitation, typed)
        return HttpResponse(status=204)
    if invitation.response_id or surveys.answer_about(invitation.subject):
        return _thanks(request, invitation)
    form = survey_form(invitation, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        invitations.answer(invitation, form.cleaned_data)
        return redirect(request.path)
    if request.method == "POST":
        invitations.keep_draft(invitation, {code: form[code].value() or "" for code in form.fields})
    return _page(request, invitation, form)


def survey_form(invitation: Invitation, data: Any) -> SurveyForm:
    """The form as the customer has it, with his draft."""
    return SurveyForm(
        data, questionnaire=invitation.questionnaire, by_hand=True, is_whole=True, initial=invitation.draft
    )


def _page(request: HttpRequest, invitation: Invitation, form: SurveyForm, **more: Any) -> HttpResponse:
    context = {"invitation": invitation, "store": invitation.store, "form": form, **more}
    return render(request, "callbacks/survey.html", context, status=422 if form.errors else 200)


def _thanks(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    return render(
        request, "callbacks/survey_thanks.html", {"invitation": invitation, "store": invitation.store}
    )


def _subject(request: HttpRequest) -> WorkOrder | Handover:
    model, pk = SUBJECTS.get(request.POST.get("kind", "")), request.POST.get("pk", "")
    if model is None or not pk.isdecimal() or len(pk) > 18:
        raise Http404
    rows = model.objects.visible_to(request.user).select_related("store", "vehicle", "customer")
    return get_object_or_404(rows, pk=pk)


def _page_of(subject: WorkOrder | Handover) -> str:
    if isinstance(subject, WorkOrder):
        return reverse("workorders:detail", args=[subject.pk])
    return subject.get_absolute_url()


@require_POST
@require_perm("callbacks.invite")
@once
def code_create(request: HttpRequest) -> HttpResponse:
    """POST /surveys/code/ ``kind pk`` → the code that the customer scans, and the address beside it."""
    subject = _subject(request)
    invitation, url = invitations.invite(subject, channel=Response.Channel.ON_SITE, by=request.user)
    context = {"invitation": invitation, "subject": subject, "url": url}
    context |= {"picture": qr(url), "back": _page_of(subject)}
    return render(request, "callbacks/survey_code.html", context)


@require_POST
@require_perm("callbacks.invite")
@once
def link_create(request: HttpRequest) -> HttpResponse:
    """POST /surveys/link/ ``kind pk`` → the address goes to the customer's phone."""
    subject = _subject(request)
    invitations.send(subject, by=request.user)
    messages.success(request, _("The customer gets a message with the address."))
    return redirect(_page_of(subject))
