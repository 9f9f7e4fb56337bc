"""What the customer said."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.reception.models.visit import Visit


class Symptom(models.TextChoices):
    """The questions that find a fault faster than a test drive."""

    WHEN = "when", _("When does it happen?")
    HOW_OFTEN = "how_often", _("How often?")
    SPEED = "speed", _("At what speed?")
    TEMPERATURE = "temperature", _("Cold or warm, in what weather?")
    SINCE_WHEN = "since_when", _("Since when?")


class InterviewQuerySet(models.QuerySet):
    """Sets of interviews."""

    def visible_to(self, user: User) -> Self:
        """Interviews of visits to the user's stores."""
        return self.filter(visit__store_id__in=user.visible_store_ids)


class Interview(models.Model):
    """What the customer said, in his words, and the symptom questions (``{symptom: answer}``)."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="interview")
    customer_words = models.TextField(_("the customer's words"))
    symptoms = models.JSONField(_("symptoms"), default=dict, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    listened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = InterviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="interview_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return str(self.visit)

    @property
    def listened(self) -> timedelta:
        """How long the advisor listened."""
        return self.finished_at - self.started_at

    def answers(self) -> list[tuple[str, str]]:
        """``[(question, answer)]`` of what was answered."""
        return [(str(s.label), self.symptoms[s.value]) for s in Symptom if self.symptoms.get(s.value)]
