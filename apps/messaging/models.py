"""The outbox: every message to a customer, planned, sent or not, and why.

Sending is at most once automatically: claimed, marked *sending* with our reference, sent,
marked. A crash in between leaves *unknown*, which only a person or the provider's answer
resolves.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet


class Message(models.Model):
    """One message to one phone. ``key`` makes planning idempotent: one live row per key.

    ``kind`` names the registered message kind, which decides at the moment of sending whether
    it still goes and renders the text; ``subject`` is the row it speaks of.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        SUPPRESSED = "suppressed", _("Not sent, on purpose")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Outcome unknown")

    NEXT: dict[str, set[Any]] = {
        State.PLANNED: {State.SENDING, State.SUPPRESSED},
        State.SENDING: {State.SENT, State.PLANNED, State.FAILED, State.UNKNOWN},
        State.UNKNOWN: {State.SENT, State.FAILED},
        State.SENT: set(),
        State.SUPPRESSED: set(),
        State.FAILED: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    thread = models.CharField(max_length=80)
    phone = models.CharField(_("phone"), max_length=20)
    params = models.JSONField(default=dict)
    answers_customer = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    planned_at = models.DateTimeField(_("planned for"))
    useless_after = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["planned", "sending"]), name="one_live_message_per_key"
            ),
            models.CheckConstraint(
                condition=~Q(state="suppressed") | ~Q(reason=""), name="suppressed_message_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["planned_at"], name="message_due", condition=Q(state="planned")),
            models.Index(fields=["subject"], name="message_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"
