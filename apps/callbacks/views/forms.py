"""The forms of the callback queues. They live on the call's page and post here."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import require_perm
from apps.callbacks import levels, no_shows, services
from apps.callbacks.asking import survey_of
from apps.callbacks.forms import FollowUpForm, NewCarForm, NoShowForm, PostRepairForm, SampleForm, SurveyForm
from apps.calls.models import Call
from apps.calls.views.outcomes import on_to
from apps.calls.views.pages import call_page, find
from apps.desk.once import once


@require_POST
@require_perm("calls.make")
@once
def post_repair_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/12/post-repair/ → the queue; a negative answer leads straight to the complaint."""
    call = find(request, pk)
    form, survey = PostRepairForm(request.POST, call=call), survey_of(call, request.POST)
    if not _are_valid(form, survey):
        return call_page(request, call, status=422, form=form, survey=survey)
    filled, _response = services.complete_post_repair(
        call, form.cleaned_data, **_asked(survey), by=request.user
    )
    if services.may_need_complaint(filled) and request.user.has_perm("complaints.take"):
        messages.warning(
            request, _("The customer is not content. Take the complaint in, or go back to the calls.")
        )
        return redirect(reverse("complaints:create") + f"?order={filled.order.number}")
    messages.success(request, _("The call is completed."))
    return on_to(request, call)


@require_POST
@require_perm("calls.make")
@once
def follow_up_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/12/follow-up/ → the queue."""
    call = find(request, pk)
    return _completed(request, call, FollowUpForm(request.POST, call=call), services.complete_follow_up)


@require_POST
@require_perm("calls.make")
@once
def no_show_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/12/no-show/ → why nobody came; then the next reason, or the queue."""
    call = find(request, pk)
    return _completed(request, call, NoShowForm(request.POST, call=call), no_shows.complete)


def _completed(request: HttpRequest, call: Call, form: Form, complete: Callable[..., Any]) -> HttpResponse:
    if not form.is_valid():
        return call_page(request, call, status=422, form=form)
    complete(call, form.cleaned_data, by=request.user)
    messages.success(request, _("The call is completed."))
    return on_to(request, call)


@require_POST
@require_perm("calls.make")
@once
def sample_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/12/sample/ → the whole survey, or the screening question that ended it.

    The next reason.
    """
    call = find(request, pk)
    form, survey = SampleForm(request.POST, call=call), survey_of(call, request.POST, is_whole=True)
    if not _are_valid(form, survey):
        return call_page(request, call, status=422, form=form, survey=survey)
    services.complete_sample(call, form.cleaned_data, **_asked(survey), by=request.user)
    messages.success(request, _("The call is completed."))
    return on_to(request, call)


@require_POST
@require_perm("calls.make")
@once
def new_car_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /callbacks/12/new-car/ → level 1 or 2 is completed; who is not content leads to the complaint."""
    call = find(request, pk)
    if call.queue not in NewCarForm.ASKED:
        raise Http404
    form = NewCarForm(request.POST, call=call)
    survey = survey_of(call, request.POST) if call.queue == levels.LEVEL_1 else None
    if not _are_valid(form, survey):
        return call_page(request, call, status=422, form=form, survey=survey)
    talk = levels.complete(call, form.cleaned_data, **_asked(survey), by=request.user)
    if talk.is_negative and request.user.has_perm("complaints.take"):
        messages.warning(
            request, _("The customer is not content. Take the complaint in, or go back to the calls.")
        )
        return redirect(reverse("complaints:create") + f"?vehicle={call.vehicle_id}")
    messages.success(request, _("The call is completed."))
    return on_to(request, call)


def _are_valid(form: Form, survey: SurveyForm | None) -> bool:
    """Both are judged, so that everything wrong is told at once."""
    return all([form.is_valid(), survey is None or survey.is_valid()])


def _asked(survey: SurveyForm | None) -> dict[str, Any]:
    """The survey's version and answers, when it was asked."""
    if survey is None or not survey.is_asked:
        return {}
    return {"questionnaire": survey.questionnaire, "answers": survey.cleaned_data}
