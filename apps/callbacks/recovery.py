"""A low score is somebody's task at once: the customer is called before he tells others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting
from apps.accounts.roles import Role
from apps.callbacks.models import Answer, Question, Response
from apps.core import clock
from apps.desk.models import Task

LOW_SCORE = "callbacks.low_score"
WITHIN = timedelta(hours=24)
TITLE = gettext_noop("Low score: %(customer)s, %(vehicle)s")
LISTED = 5


def open_for(response: Response, answers: Sequence[Answer]) -> Task | None:
    """The task of a response with a score up to the store's limit.

    None where all are better. Two statements.
    """
    limit = Setting.value_of(LOW_SCORE, response.store_id)
    low = [answer for answer in answers if _is_low(answer, limit)]
    if not low:
        return None
    low.sort(key=lambda answer: (answer.counted, answer.question.position))
    words = [f"{answer.question.text_zh} {answer.counted}" for answer in low[:LISTED]]
    return Task.put(
        f"survey-recovery:{response.pk}",
        about=response,
        kind="callbacks.recovery",
        title=TITLE,
        params={"customer": response.customer.name, "vehicle": str(response.vehicle)},
        note="; ".join(words)[:500],
        role=Role.CUSTOMER_MANAGER,
        due_at=clock.now() + WITHIN,
        url=reverse("callbacks:response", args=[response.pk]),
    )


def _is_low(answer: Answer, limit: int) -> bool:
    kinds = (Question.Kind.SCORE, Question.Kind.NPS)
    return answer.question.kind in kinds and answer.counted is not None and answer.counted <= limit
