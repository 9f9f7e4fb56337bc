"""Raw answers, from which every score can be computed again, and the invitations that they came by."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.callbacks.models.questionnaire import Question, Questionnaire
from apps.calls.models import Call
from apps.catalog.models import VehicleModel, WorkKind
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Link
from apps.handover.models import Handover
from apps.workorders.models import WorkOrder

VALUES = ("score", "nps", "yes", "choice", "text")


class About(models.Model):
    """A visit or the purchase of a new car: exactly one of the two."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    handover = models.ForeignKey(Handover, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    @property
    def subject(self) -> WorkOrder | Handover:
        """What is asked about."""
        found = self.order if self.order_id is not None else self.handover
        assert found is not None
        return found

    @property
    def vehicle(self) -> Vehicle:
        """The car."""
        return self.subject.vehicle

    @property
    def customer(self) -> Customer:
        """Whose it was then."""
        return self.subject.customer


ONE_SUBJECT = Q(order__isnull=False, handover=None) | Q(order=None, handover__isnull=False)


class ResponseQuerySet(StoreOwnedQuerySet):
    """Sets of filled questionnaires."""

    def answered_between(self, start: object, end: object) -> Self:
        """Given from ``start`` (included) to ``end`` (excluded), aware times."""
        return self.filter(answered_at__gte=start, answered_at__lt=end)

    def whole(self) -> Self:
        """Those that no screening question ended: only these score."""
        return self.filter(ended_by="")


class Response(About):
    """One customer's answers about one visit or purchase. Whom and what it tells of is kept as it was then.

    ``ended_by`` is the code of the screening question whose "no" ended it: an outcome, never a score.
    ``seal`` is the hash of the answers; the history carries it too, so that a changed or missing answer is
    found.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("By phone")
        ON_SITE = "on_site", _("On site")
        LINK = "link", _("By link")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, null=True, related_name="+")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    technician = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    team = models.CharField(_("team"), max_length=30, blank=True)
    consultant = models.CharField(_("sales consultant"), max_length=60, blank=True)
    vehicle_model = models.ForeignKey(VehicleModel, models.PROTECT, null=True, related_name="+")
    work_kind = models.CharField(_("kind of work"), max_length=12, choices=WorkKind.choices, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"))
    ended_by = models.CharField(max_length=20, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "order"],
                condition=Q(order__isnull=False),
                name="one_response_per_order",
            ),
            models.UniqueConstraint(
                fields=["questionnaire", "handover"],
                condition=Q(handover__isnull=False),
                name="one_response_per_handover",
            ),
            models.CheckConstraint(condition=ONE_SUBJECT, name="response_about_one_thing"),
        ]
        indexes = [models.Index(fields=["store", "answered_at"], name="response_period")]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.subject}"

    @property
    def person(self) -> str:
        """Who is judged, as the tallies name him: the advisor, or the sales consultant."""
        return f"user:{self.advisor_id}" if self.advisor_id else f"name:{self.consultant}"


class Answer(models.Model):
    """One raw answer: exactly one of score, likelihood, yes/no, choice and text. Never changed."""

    response = models.ForeignKey(Response, models.PROTECT, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(null=True)
    nps = models.PositiveSmallIntegerField(null=True)
    yes = models.BooleanField(null=True)
    choice = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "question"], name="answer_once"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 10)), name="score_1_to_10"),
            models.CheckConstraint(condition=Q(nps=None) | Q(nps__range=(0, 10)), name="nps_0_to_10"),
            models.CheckConstraint(
                condition=Q(score__isnull=False, nps=None, yes=None, choice="", text="")
                | Q(score=None, nps__isnull=False, yes=None, choice="", text="")
                | Q(score=None, nps=None, yes__isnull=False, choice="", text="")
                | (Q(score=None, nps=None, yes=None, text="") & ~Q(choice=""))
                | (Q(score=None, nps=None, yes=None, choice="") & ~Q(text="")),
                name="answer_is_one_thing",
            ),
        ]
        triggers = [pgtrigger.Protect(name="answers_are_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.value}"

    @property
    def value(self) -> int | bool | str:
        """What was answered."""
        for given in (self.score, self.nps, self.yes):
            if given is not None:
                return given
        return self.choice or self.text

    @property
    def counted(self) -> int | None:
        """Its value on the scale from 0 to 10, yes being 10; None for what is not counted."""
        if self.yes is not None:
            return 10 if self.yes else 0
        return self.score if self.score is not None else self.nps


def seal_of(response: Response, answers: dict[str, int | bool | str]) -> str:
    """The hash of what was answered, by whom it was taken and when: canonical JSON, SHA-256."""
    at: datetime = response.answered_at
    told: dict[str, Any] = {
        "questionnaire": response.questionnaire_id,
        "order": response.order_id,
        "handover": response.handover_id,
        "channel": response.channel,
        "taken_by": response.taken_by_id,
        "at": int(at.timestamp() * 1_000_000),
        "ended_by": response.ended_by,
        "answers": answers,
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Tally(models.Model):
    """Running sums of a month's answers to one question, by store and person.

    Without a question: the responses.

    Kept up with every response; ``csi_recompute`` compares it with the raw answers.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    month = models.DateField()
    person = models.CharField(max_length=80)
    question = models.ForeignKey(Question, models.PROTECT, null=True, related_name="+")
    n = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    squares = models.PositiveIntegerField(default=0)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "store", "month", "person", "question"],
                name="tally_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.person} {self.question_id}: {self.n}"


class Invitation(About):
    """A private address at which one customer answers once about one visit; what he has typed so far is kept.

    The version is the one in use when it was made. ``draft`` holds answers not yet sent, ``{code: text}``.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Response.Channel.choices)
    link = models.OneToOneField(Link, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    draft = models.JSONField(default=dict)
    drafted_at = models.DateTimeField(null=True)
    response = models.OneToOneField(Response, models.PROTECT, null=True, related_name="+")

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_SUBJECT, name="invitation_about_one_thing"),
            models.UniqueConstraint(
                fields=["questionnaire", "order"],
                condition=Q(order__isnull=False),
                name="one_invitation_per_order",
            ),
            models.UniqueConstraint(
                fields=["questionnaire", "handover"],
                condition=Q(handover__isnull=False),
                name="one_invitation_per_handover",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.subject}"
