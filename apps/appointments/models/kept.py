"""Bookings that were interrupted: what somebody typed, until he comes back to it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock
from apps.customers.models import Vehicle

AT_MOST = 5
LASTS = timedelta(hours=12)


class BookingDraftQuerySet(models.QuerySet["BookingDraft"]):
    """Sets of kept bookings."""

    def visible_to(self, user: User) -> Self:
        """Only one's own that still last: what a customer said half-way concerns nobody else."""
        return self.filter(owner=user, saved_at__gt=clock.now() - LASTS)

    def over(self, now: datetime) -> Self:
        """Older than 12 hours."""
        return self.filter(saved_at__lte=now - LASTS)


class BookingDraft(models.Model):
    """The booking page as one person left it. Holds no capacity, and is no promise.

    ``data`` is the form, ``{field: [values]}``; ``key`` names the page it was typed on. ``vehicle`` is empty
    while the caller is not on file yet.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField(default=uuid.uuid4)
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, null=True, related_name="+")
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(_("kept"))

    objects = BookingDraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="booking_kept_once")]
        indexes = [models.Index(fields=["saved_at"], name="booking_draft_age")]

    def __str__(self) -> str:
        return self.plate or self.name

    @property
    def age(self) -> timedelta:
        """Since when it lies."""
        return clock.now() - self.saved_at

    def typed(self) -> QueryDict:
        """The form as it was posted."""
        data = QueryDict(mutable=True)
        for name, values in self.data.items():
            data.setlist(name, values)
        return data
