"""The survey that belongs to a call: which one, about what, and whether it may still be asked."""

from __future__ import annotations

from typing import Any

from apps.callbacks import levels, surveys
from apps.callbacks.forms import SurveyForm
from apps.callbacks.models import Questionnaire
from apps.callbacks.services import order_of
from apps.calls.models import Call
from apps.handover.models import Handover
from apps.workorders.models import WorkOrder


def subject_of(call: Call) -> WorkOrder | Handover | None:
    """The visit or purchase that the call is about, if it is about one. One query."""
    if call.queue == levels.LEVEL_1:
        sales = Handover.objects.select_related("store", "vehicle", "customer")
        return sales.filter(pk=call.object_id).first()
    return order_of(call)


def questionnaire_of(call: Call) -> Questionnaire | None:
    """The version to ask in this call; None when there is none, or the customer has answered already."""
    subject = subject_of(call)
    if subject is None or surveys.answer_about(subject) is not None:
        return None
    return surveys.in_use(call.store.group_id, surveys.code_for(subject))


def survey_of(call: Call, data: Any, *, is_whole: bool = False) -> SurveyForm | None:
    """The form of the survey, or None when there is nothing to ask. Three queries and one for its questions.

    A form that was opened before a new version came into use is judged by the version it was drawn from.
    """
    questionnaire = questionnaire_of(call)
    if questionnaire is None:
        return None
    if data is not None and (drawn := data.get("survey_version", "")).isdecimal() and len(drawn) < 18:
        same = Questionnaire.objects.filter(
            group_id=questionnaire.group_id, code=questionnaire.code, pk=drawn
        )
        questionnaire = same.exclude(state=Questionnaire.State.DRAFT).first() or questionnaire
    return SurveyForm(data, questionnaire=questionnaire, is_whole=is_whole)
