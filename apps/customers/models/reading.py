"""Odometer readings: which ones count, and how far the vehicle goes in a day."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SHORTEST_SPAN_DAYS = 14
"""Readings closer together than this say too little about a day's distance."""


class ReadingQuerySet(models.QuerySet["Reading"]):
    """Sets of readings."""

    def accepted(self) -> Self:
        """Those that count: not flagged as running backwards."""
        return self.filter(is_backwards=False)

    def before(self, on: date) -> Reading | None:
        """The last accepted reading up to and including ``on``. One query."""
        return self.accepted().filter(read_on__lte=on).order_by("-read_on", "-pk").first()

    def after(self, on: date) -> Reading | None:
        """The first accepted reading later than ``on``. One query."""
        return self.accepted().filter(read_on__gt=on).order_by("read_on", "pk").first()

    def latest_accepted(self) -> Reading | None:
        """The reading that tells the mileage now. One query."""
        return self.accepted().order_by("-read_on", "-pk").first()


class Reading(models.Model):
    """An odometer reading. One that is lower than an earlier one is kept, flagged, and not used.

    With ``replaced_reason`` the odometer was replaced: the reading counts whatever came before.
    """

    class Source(models.TextChoices):
        VISIT = "visit", _("At a visit")
        CALL = "call", _("Told on the phone")
        HANDOVER = "handover", _("At handover")
        ENTRY = "entry", _("Entered on the file")
        IMPORT = "import", _("From the old system")

    vehicle = models.ForeignKey("customers.Vehicle", models.CASCADE, related_name="readings")
    odometer_km = models.PositiveIntegerField(_("mileage, km"))
    read_on = models.DateField(_("read on"))
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    is_backwards = models.BooleanField(_("lower than an earlier reading"), default=False)
    replaced_reason = models.CharField(_("odometer replaced, reason"), max_length=200, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_backwards=False) | Q(replaced_reason=""),
                name="reading_replaced_is_not_backwards",
            )
        ]
        indexes = [models.Index(fields=["vehicle", "-read_on", "-id"], name="reading_latest")]

    def __str__(self) -> str:
        return f"{self.odometer_km} km"

    @property
    def is_replacement(self) -> bool:
        """Whether the odometer was replaced with this reading."""
        return bool(self.replaced_reason)


def conflict(
    km: int, previous: Reading | None, following: Reading | None, *, replaced: bool = False
) -> Reading | None:
    """The accepted reading that ``km`` contradicts, or None if it fits between its neighbours.

    Between two replacements of the odometer mileage never falls as days go by.
    """
    if previous is not None and not replaced and km < previous.odometer_km:
        return previous
    if following is not None and not following.is_replacement and km > following.odometer_km:
        return following
    return None


def km_per_day(readings: Sequence[Reading]) -> Decimal | None:
    """Kilometres a day over accepted ``readings`` (oldest first), to 0.1; None if they span too little.

    Pieces that end in a replaced odometer are left out: nobody knows what was driven in them.
    """
    distance = days = 0
    for earlier, later in itertools.pairwise(readings):
        if not later.is_replacement:
            distance += later.odometer_km - earlier.odometer_km
            days += (later.read_on - earlier.read_on).days
    if days < SHORTEST_SPAN_DAYS:
        return None
    return (Decimal(distance) / days).quantize(Decimal("0.1"))
