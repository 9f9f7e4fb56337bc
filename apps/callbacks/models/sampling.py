"""The draw of a sample: who might be asked, who is not and why, who was drawn, and who took whose place."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.callbacks.models.questionnaire import Questionnaire
from apps.workorders.models import WorkOrder


def rank_of(seed: str, order_id: int) -> str:
    """The place of an order in the draw: SHA-256 of the seed and its number. Anybody can compute it again."""
    return hashlib.sha256(f"{seed}:{order_id}".encode()).hexdigest()


class Draw(models.Model):
    """One draw over the orders delivered from ``first_day`` to ``last_day``, both included.

    Of each advisor's customers the ``per_advisor`` lowest ranks are asked; the others stand by in their
    order.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    seed = models.CharField(max_length=32)
    per_advisor = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "first_day"], name="one_draw_of_a_period")]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class Drawn(models.Model):
    """One order of the population. ``replaces`` names the one that could not be asked."""

    class State(models.TextChoices):
        EXCLUDED = "excluded", _("Excluded")
        DRAWN = "drawn", _("Drawn")
        RESERVE = "reserve", _("Stands by")

    class Reason(models.TextChoices):
        NO_PHONE = "no_phone", _("No telephone number")
        ANSWERED = "answered", _("Has answered already")
        COMPLAINT = "complaint", _("A complaint is open")
        LATELY = "lately", _("Asked within the last 90 days")
        TWICE = "twice", _("Another visit of the same customer is in the draw")

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="members")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    rank = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering = ["advisor", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "order"], name="drawn_once"),
            models.CheckConstraint(
                condition=Q(state="excluded") & ~Q(reason="") | ~Q(state="excluded") & Q(reason=""),
                name="excluded_says_why",
            ),
            models.CheckConstraint(condition=Q(replaces=None) | Q(state="drawn"), name="only_drawn_replaces"),
        ]
        indexes = [models.Index(fields=["order"], name="drawn_order")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"
