"""Surveys as versioned questionnaires.

A version in use is never edited: a trigger refuses changes to its questions, and to the questionnaire itself
anything but its going out of use. Open invitations finish on the version that they were sent with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

import pgtrigger
from django.db import models, transaction
from django.db.models import Max, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, User
from apps.core.errors import DomainError
from apps.desk.models import Event

LOW, HIGH = "low", "high"
LOW_UP_TO, HIGH_FROM = 6, 9
"""Which scores a question may hang on: "low" up to 6, "high" from 9."""


def in_language(zh: str, en: str) -> str:
    """The text in the reader's language; the other one where it is missing."""
    return (zh or en) if (get_language() or "zh").startswith("zh") else (en or zh)


class QuestionnaireQuerySet(models.QuerySet):
    """Sets of questionnaires."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's group."""
        return self.filter(group_id=user.group_id)


class Questionnaire(models.Model):
    """One version of a survey. ``code`` names the survey, ``version`` counts up."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_USE = "in_use", _("In use")
        RETIRED = "retired", _("Retired")

    class About(models.TextChoices):
        SERVICE = "service", _("A visit to the workshop")
        SALE = "sale", _("The purchase of a new car")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    about = models.CharField(_("asks about"), max_length=8, choices=About.choices, default=About.SERVICE)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name, English"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "code", "version"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["group", "code"], condition=Q(state="in_use"), name="one_version_in_use"
            ),
            models.UniqueConstraint(fields=["group", "code"], condition=Q(state="draft"), name="one_draft"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="used_version_only_retires",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=~pgtrigger.Q(old__state="draft"),
                func=pgtrigger.Func(
                    """
                    IF TG_OP = 'DELETE' OR NEW.state = 'draft'
                       OR (NEW.group_id, NEW.code, NEW.version, NEW.about, NEW.name, NEW.name_en)
                          IS DISTINCT FROM
                          (OLD.group_id, OLD.code, OLD.version, OLD.about, OLD.name, OLD.name_en) THEN
                        RAISE EXCEPTION 'A questionnaire in use is never edited; make a new version.'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                    """
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{in_language(self.name, self.name_en)} v{self.version}"

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return in_language(self.name, self.name_en)

    @property
    def is_draft(self) -> bool:
        """Whether it may still be edited."""
        return self.state == self.State.DRAFT

    @transaction.atomic
    def new_version(self, *, by: User) -> Questionnaire:
        """A draft with the same questions.

        The one that is there already. Three statements and one a version.
        """
        same = Questionnaire.objects.filter(group_id=self.group_id, code=self.code)
        list(same.select_for_update(no_key=True).order_by("pk"))
        draft = same.filter(state=self.State.DRAFT).first()
        if draft is not None:
            return draft
        latest = same.aggregate(n=Max("version"))["n"]
        draft = Questionnaire.objects.create(
            group_id=self.group_id,
            code=self.code,
            version=latest + 1,
            about=self.about,
            name=self.name,
            name_en=self.name_en,
        )
        Question.objects.bulk_create(question.copy_to(draft) for question in self.questions.all())
        Event.record("questionnaire.drafted", about=draft, by=by, facts=draft.facts)
        return draft

    @transaction.atomic
    def put_in_use(self, *, by: User) -> None:
        """Asked from now on.

        The version before goes out of use. Raises DomainError when it cannot be asked.
        """
        same = Questionnaire.objects.filter(group_id=self.group_id, code=self.code)
        rows = list(same.select_for_update(no_key=True).order_by("pk"))
        self.state = next(row.state for row in rows if row.pk == self.pk)
        if not self.is_draft:
            raise DomainError(translate("This version has been in use already."), code="not_a_draft")
        questions = list(self.questions.all())
        if not any(question.is_scored for question in questions):
            raise DomainError(
                translate("Nothing in it is scored: give at least one question a weight."),
                code="nothing_scored",
            )
        same.filter(state=self.State.IN_USE).update(state=self.State.RETIRED)
        self.state = self.State.IN_USE
        self.save(update_fields=["state"])
        Event.record("questionnaire.put_in_use", about=self, by=by, facts=self.facts)

    @property
    def facts(self) -> dict[str, Any]:
        """What its events say."""
        return {"code": self.code, "version": self.version}


class Question(models.Model):
    """An item: yes/no, a score from 1 to 10, 0 to 10, a choice, or text; in a dimension, with a weight.

    A screening item (``ends_on_no``) ends the survey with "no": an outcome, never a score. A yes/no item
    counts in the index only where ``in_index`` says so. ``weight`` 0: asked, reported, not scored.
    ``after`` names an earlier question on whose answer (``after_answer``) this one hangs: "yes", "no",
    "low", "high", or the code of a choice.
    """

    class Kind(models.TextChoices):
        YES_NO = "yes_no", _("Yes or no")
        SCORE = "score", _("Score 1 to 10")
        NPS = "nps", _("Likelihood 0 to 10")
        CHOICE = "choice", _("Choice")
        TEXT = "text", _("Text")

    class Dimension(models.TextChoices):
        SCREENING = "screening", _("Screening")
        EXECUTION = "execution", _("Execution")
        START = "start", _("Start of the sale")
        CONSULTANT = "consultant", _("Sales consultant")
        TERMS = "terms", _("Terms")
        PAPERWORK = "paperwork", _("Paperwork")
        HANDOVER = "handover", _("Handover")
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
    text_zh = models.CharField(_("Chinese"), max_length=200)
    text_en = models.CharField(_("English"), max_length=200)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=Decimal(1))
    in_index = models.BooleanField(pgettext_lazy("a question", "in the index"), default=True)
    is_required = models.BooleanField(pgettext_lazy("a question", "must be answered"), default=True)
    ends_on_no = models.BooleanField(_("“no” ends the survey"), default=False)
    options = models.JSONField(_("choices"), default=list, blank=True)
    """``[[code, Chinese, English], …]`` of a choice."""
    after = models.CharField(_("only after"), max_length=20, blank=True)
    after_answer = models.CharField(_("answered"), max_length=20, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="question_weight_not_negative"),
            models.CheckConstraint(
                condition=Q(ends_on_no=False) | Q(kind="yes_no"), name="only_yes_no_ends_a_survey"
            ),
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
        return in_language(self.text_zh, self.text_en)

    @property
    def is_scored(self) -> bool:
        """Whether its answers may enter the index."""
        unscored = (self.Dimension.SCREENING, self.Dimension.RECOMMENDATION, self.Dimension.SUGGESTION)
        kinds = (self.Kind.SCORE, self.Kind.YES_NO)
        return self.weight > 0 and self.in_index and self.kind in kinds and self.dimension not in unscored

    @property
    def choices(self) -> list[tuple[str, str]]:
        """``[(code, text)]`` of a choice, in the reader's language."""
        return [(code, in_language(zh, en)) for code, zh, en in self.options]

    def copy_to(self, draft: Questionnaire) -> Question:
        """The same question, unsaved, of another version."""
        values = {f.name: getattr(self, f.name) for f in self._meta.concrete_fields if not f.primary_key}
        return Question(**{**values, "questionnaire": draft})
