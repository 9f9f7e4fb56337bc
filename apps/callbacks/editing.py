"""Keeping a questionnaire's draft: all of it or nothing, and never over a colleague's work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.callbacks.models import Question, Questionnaire
from apps.core.errors import DomainError
from apps.desk.models import Event

FIELDS = (
    *("code", "dimension", "kind", "text_zh", "text_en", "weight", "in_index", "is_required"),
    *("ends_on_no", "options", "after", "after_answer"),
)


def fingerprint(questionnaire: Questionnaire) -> str:
    """What the draft was when a page was made from it. One query."""
    rows = [[str(value) for value in row] for row in questionnaire.questions.values_list("position", *FIELDS)]
    told = json.dumps([questionnaire.name, questionnaire.name_en, rows], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@transaction.atomic
def keep(
    questionnaire: Questionnaire,
    head: Mapping[str, Any],
    questions: Sequence[Mapping[str, Any]],
    *,
    seen: str,
    put_in_use: bool,
    by: User,
) -> None:
    """Replace the draft's questions.

    Raises DomainError: ``not_a_draft``, ``stale``, or what putting in use raises.
    """
    draft = Questionnaire.objects.select_for_update(no_key=True).get(pk=questionnaire.pk)
    if not draft.is_draft:
        raise DomainError(
            _("A questionnaire in use is never edited. Make a new version."), code="not_a_draft"
        )
    if seen != fingerprint(draft):
        raise DomainError(
            _("A colleague has changed this draft meanwhile. Open it in a second window; yours stays here."),
            code="stale",
        )
    draft.name, draft.name_en = head["name"], head["name_en"]
    draft.save(update_fields=["name", "name_en"])
    draft.questions.all().delete()
    Question.objects.bulk_create(
        Question(questionnaire=draft, position=position, **{name: row[name] for name in FIELDS})
        for position, row in enumerate(questions, 1)
    )
    Event.record("questionnaire.edited", about=draft, by=by, facts=draft.facts)
    if put_in_use:
        draft.put_in_use(by=by)
