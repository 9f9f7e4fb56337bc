"""Surveys: versioned questionnaires, and raw answers from which every score can be computed again.

A version in use is never edited: a trigger refuses changes to its questions. Scores are not
stored; ``callbacks.scores`` computes them from the answers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, Store, StoreOwnedQuerySet
from apps.calls.models import Call
from apps.workorders.models import WorkOrder


class Questionnaire(models.Model):
    """One version of a survey. ``code`` names the survey, ``version`` counts up."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "code", "version"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["group", "code"], condition=Q(state="in_use"), name="one_version_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Question(models.Model):
    """An item: yes/no, a score from 1 to 10, or text; in a dimension, with a weight.

    A screening item's "no" is an outcome and never a score. A yes/no item counts in the index
    only where ``in_index`` says so. ``weight`` 0: asked, reported, not scored.
    """

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("Yes or no")
        SCORE = "score", _("Score 1 to 10")
        TEXT = "text", _("Text")

    class Dimension(models.TextChoices):
        SCREENING = "screening", _("Screening")
        BOOKING = "booking", _("Booking")
        RECEPTION = "reception", _("Reception")
        ADVISOR = "advisor", _("Service advisor")
        FACILITY = "facility", _("Facility")
        QUALITY = "quality", _("Quality of repair")
        PRICE = "price", _("Price and explanation")
        HAND_BACK = "hand_back", _("Hand-back")
        FOLLOW_UP = "follow_up", _("Follow-up")
        OVERALL = "overall", _("Overall")
        RECOMMENDATION = "recommendation", _("Recommendation")
        SUGGESTION = "suggestion", _("Suggestions")

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=20)
    dimension = models.CharField(_("dimension"), max_length=16, choices=Dimension.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    text_zh = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=Decimal(1))
    in_index = models.BooleanField(default=True)
    is_required = models.BooleanField(default=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="question_weight_not_negative"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="version_in_use_is_frozen",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("subject", "bigint")],
                func=pgtrigger.Func(
                    """
                    subject := CASE WHEN TG_OP = 'DELETE' THEN OLD.questionnaire_id
                               ELSE NEW.questionnaire_id END;
                    IF EXISTS (SELECT 1 FROM callbacks_questionnaire q
                               WHERE q.id = subject AND q.state <> 'draft') THEN
                        RAISE EXCEPTION 'A questionnaire in use is never edited; make a new version.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                    """
                ),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return self.text_zh if (get_language() or "zh").startswith("zh") else self.text_en


class ResponseQuerySet(StoreOwnedQuerySet):
    """Sets of filled questionnaires."""

    def answered_between(self, start: object, end: object) -> Self:
        """Given from ``start`` (included) to ``end`` (excluded), aware times."""
        return self.filter(answered_at__gte=start, answered_at__lt=end)


class Response(models.Model):
    """One customer's answers about one order. Advisor and technician are those of the order."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("By phone")
        ON_SITE = "on_site", _("On site")
        LINK = "link", _("By link")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, null=True, related_name="+")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"))

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "order"], name="one_response_per_order")
        ]
        indexes = [models.Index(fields=["store", "answered_at"], name="response_period")]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.order}"


class Answer(models.Model):
    """One raw answer: exactly one of score, yes/no and text. Never changed."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(null=True)
    yes = models.BooleanField(null=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 10)), name="score_1_to_10"),
            models.CheckConstraint(
                condition=Q(score__isnull=False, yes=None, text="")
                | Q(score=None, yes__isnull=False, text="")
                | (Q(score=None, yes=None) & ~Q(text="")),
                name="answer_is_one_thing",
            ),
        ]
        triggers = [pgtrigger.Protect(name="answers_are_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.score or self.yes or self.text}"
