"""What fills the house: holders and their reservations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models.resources import Resource


class Holder(models.Model):
    """Who holds reservations. ``expires_at`` is set while somebody still has to say yes.

    ``people`` come with the car at its arrival.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    people = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="holder_expires", condition=Q(expires_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.label


class ReservationQuerySet(models.QuerySet):
    """Sets of reservations."""

    def visible_to(self, user: User) -> Self:
        """Reservations in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)

    def on_day(self, store: Store, day: date) -> Self:
        """Those that touch ``day`` in the active zone."""
        start = timezone.make_aware(datetime.combine(day, time()))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return self.filter(resource__store=store, during__overlap=(start, end))


class Reservation(models.Model):
    """One resource for one continuous segment. ``is_fixed`` false: may be reshuffled until N-1.

    ``requires`` is why this resource fits: a technician's skills with their levels (``ev:2``), a bay's kind
    and equipment. An edit that takes it away breaks the booking.
    """

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="reservations")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="reservations")
    during = DateTimeRangeField(_("when"))
    is_fixed = models.BooleanField(default=False)
    requires = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            # An int8range of one id stands in for equality, which would need btree_gist.
            ExclusionConstraint(
                name="resource_serves_one_at_a_time",
                expressions=[
                    (
                        Func(F("resource_id"), F("resource_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (F("during"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="reservation_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.during}"
