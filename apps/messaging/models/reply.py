"""What customers reply to messages."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.core import phones
from apps.desk.models.event import subject_key
from apps.messaging.models.gateway import Gateway
from apps.messaging.models.message import Message


class ReplyQuerySet(StoreOwnedQuerySet):
    """Sets of replies."""

    def about(self, obj: models.Model) -> Self:
        """Replies to messages that speak of one row, the latest first."""
        return self.filter(message__subject=subject_key(obj)).order_by("-pk")


class Reply(models.Model):
    """A short message from a customer. ``reference`` is that of where it came from: it counts once.

    It came from a gateway of the store, or was handed in by an outside program (``taken_by``).

    ``done`` is an English message id that says what came of it.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Carried out")
        OPT_OUT = "opt_out", _("No more messages wanted")
        PASSED_ON = "passed_on", _("Passed on to a person")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=80)
    phone = models.CharField(_("phone"), max_length=20)
    text = models.CharField(_("text"), max_length=500)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="replies")
    outcome = models.CharField(_("what came of it"), max_length=10, choices=Outcome.choices)
    done = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(_("received"))

    objects = ReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["taken_by", "gateway", "reference"], name="reply_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=False, gateway=None) | Q(taken_by=None, gateway__isnull=False),
                name="reply_from_one_place",
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="reply_has_reference"),
        ]
        indexes = [models.Index(fields=["phone"], name="reply_phone")]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def words(self) -> str:
        """What came of it, in the reader's language."""
        return translate(self.done) if self.done else str(self.get_outcome_display())

    @property
    def masked_phone(self) -> str:
        """Enough of the number to recognise it."""
        return phones.mask(self.phone)
