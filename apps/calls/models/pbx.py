"""What the telephone system tells: who sits at which extension, and each call on the line."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.calls.models.call import Call
from apps.customers.models import Customer

RINGS_FOR = timedelta(minutes=2)
"""A call that the telephone system has forgotten to end rings no longer than this."""


def new_reference() -> str:
    """What the telephone system knows an outgoing call by."""
    return uuid.uuid4().hex


class Extension(models.Model):
    """Where a person is reached in the house. One person, one extension."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    number = models.CharField(_("extension"), max_length=10)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="extension_of_one_person")]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def of(cls, user: User) -> str:
        """The person's extension, or "". One query."""
        return cls.objects.filter(user=user).values_list("number", flat=True).first() or ""

    @classmethod
    def keep(cls, user: User, number: str) -> bool:
        """Sit at ``number``, or nowhere when empty. False when a colleague sits there."""
        if not number:
            cls.objects.filter(user=user).delete()
            return True
        try:
            with transaction.atomic():
                cls.objects.update_or_create(user=user, defaults={"store": user.store, "number": number})
        except IntegrityError:
            return False
        return True


class LineCallQuerySet(StoreOwnedQuerySet):
    """Sets of calls on the line."""

    def ringing_for(self, user: User, now: datetime) -> Self:
        """Calls from outside that ring at this person's extension now."""
        fresh = Q(rang_at__gt=now - RINGS_FOR, answered_at=None, ended_at=None)
        talking = Q(answered_at__isnull=False, ended_at=None, rang_at__gt=now - timedelta(hours=1))
        return self.filter(fresh | talking, user=user, direction="in").order_by("-rang_at")

    def of_user(self, user: User) -> Self:
        """This person's, the latest first."""
        return self.filter(user=user).select_related("customer", "call").order_by("-rang_at", "-pk")


class LineCall(models.Model):
    """One call on the line, in or out, as the telephone system tells it; in whatever order it tells."""

    class Direction(models.TextChoices):
        INCOMING = "in", pgettext_lazy("telephone", "From outside")
        OUTGOING = "out", pgettext_lazy("telephone", "To outside")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64, default=new_reference)
    """Ours for an outgoing call that we dialled, else the telephone system's."""
    direction = models.CharField(max_length=3, choices=Direction.choices)
    number = models.CharField(max_length=30, blank=True)
    extension = models.CharField(max_length=10, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")
    call = models.ForeignKey(Call, models.SET_NULL, null=True, related_name="+")
    rang_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    recording_url = models.URLField(max_length=500, blank=True)

    objects = LineCallQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "reference"], name="line_call_once")]
        indexes = [
            models.Index(fields=["user", "-rang_at"], name="line_call_of_user"),
            models.Index(fields=["call"], name="line_call_of_call", condition=Q(call__isnull=False)),
            models.Index(
                fields=["customer"], name="line_call_of_customer", condition=Q(customer__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number
