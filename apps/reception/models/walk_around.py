"""The pre-inspection with the customer."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.desk.models import File
from apps.reception.models.visit import Visit


class WarningLamp(models.TextChoices):
    """Lamps of the instrument cluster that are asked for by name."""

    ENGINE = "engine", _("Engine")
    OIL = "oil", _("Oil pressure")
    COOLANT = "coolant", _("Coolant")
    BATTERY = "battery", _("Battery")
    BRAKE = "brake", _("Brake")
    ABS = "abs", _("ABS")
    ESP = "esp", _("ESP")
    AIRBAG = "airbag", _("Airbag")
    TYRE = "tyre", _("Tyre pressure")
    STEERING = "steering", _("Steering")
    SERVICE = "service", _("Service due")
    HIGH_VOLTAGE = "hv", _("High voltage")


class Accessory(models.TextChoices):
    """What the car carries and must carry again when it leaves."""

    SPARE_WHEEL = "spare_wheel", _("Spare wheel")
    JACK = "jack", _("Jack")
    TOOLS = "tools", _("Tool kit")
    TRIANGLE = "triangle", _("Warning triangle")
    VEST = "vest", _("Safety vest")
    EXTINGUISHER = "extinguisher", _("Fire extinguisher")
    MATS = "mats", _("Floor mats")
    RECORDER = "recorder", _("Dash camera")
    CABLE = "cable", _("Charging cable")
    TOLL_UNIT = "etc", _("Toll unit")


class Check(models.TextChoices):
    """Parts of the car that are looked at on every walk-around."""

    LAMPS = "lamps", _("Lamps")
    WIPERS = "wipers", _("Wipers")
    GLASS = "glass", _("Glass")
    WHEELS = "wheels", _("Wheels and tyres")
    CABIN = "cabin", _("Cabin")
    HORN = "horn", _("Horn")


class Tyre(models.TextChoices):
    """The four tyres, as the driver sees them."""

    FRONT_LEFT = "fl", _("Front left")
    FRONT_RIGHT = "fr", _("Front right")
    REAR_LEFT = "rl", _("Rear left")
    REAR_RIGHT = "rr", _("Rear right")


class WalkAroundQuerySet(models.QuerySet):
    """Sets of walk-arounds."""

    def visible_to(self, user: User) -> Self:
        """Walk-arounds of visits to the user's stores."""
        return self.filter(visit__store_id__in=user.visible_store_ids)


class WalkAround(models.Model):
    """The pre-inspection with the customer (环车检查): what the car was like when it came.

    ``checks`` is ``{check: "ok" | "defect"}``, ``tyre_mm`` ``{tyre: "6.5"}``. Once signed,
    ``content`` is what was signed as canonical JSON and ``sha256`` its hash; both never change.
    """

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="walk_around")
    odometer_km = models.PositiveIntegerField(_("mileage, km"))
    energy_percent = models.PositiveSmallIntegerField(_("fuel or charge, %"))
    warning_lamps = models.JSONField(_("warning lamps"), default=list, blank=True)
    accessories = models.JSONField(_("accessories present"), default=list, blank=True)
    checks = models.JSONField(_("checks"), default=dict, blank=True)
    tyre_mm = models.JSONField(_("tyre tread, mm"), default=dict, blank=True)
    belongings = models.CharField(_("belongings left in the car"), max_length=300, blank=True)
    remarks = models.CharField(_("remarks"), max_length=300, blank=True)
    valuables_reminded = models.BooleanField(_("reminded of valuables"), default=False)
    covers_fitted = models.BooleanField(_("protective covers fitted"), default=False)
    companion = models.CharField(_("accompanied by"), max_length=60, blank=True)
    is_mandatory = models.BooleanField(_("register mandatory"), default=False)
    signature = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    signed_name = models.CharField(_("signed by"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    template_version = models.CharField(max_length=20, blank=True)
    content = models.JSONField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    done_at = models.DateTimeField()

    objects = WalkAroundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(energy_percent__lte=100), name="energy_at_most_100_percent"),
            models.CheckConstraint(
                condition=Q(signed_at=None)
                | (
                    Q(signature__isnull=False, content__isnull=False, valuables_reminded=True)
                    & ~Q(signed_name="")
                    & ~Q(sha256="")
                ),
                name="signed_walk_around_is_kept_whole",
            ),
            models.CheckConstraint(
                condition=Q(is_mandatory=False) | Q(signed_at__isnull=False),
                name="mandatory_register_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.visit)

    @property
    def store_id(self) -> int:
        """The visit's store."""
        return self.visit.store_id

    @property
    def event_thread(self) -> str:
        """The vehicle's story."""
        return self.visit.event_thread

    @property
    def damages(self) -> models.QuerySet:
        """The visit's marks."""
        return self.visit.damages.all()

    def lamp_labels(self) -> list[str]:
        """The warning lamps in words."""
        return [str(c.label) for c in WarningLamp if c.value in self.warning_lamps]

    def accessory_labels(self) -> list[str]:
        """The accessories in words."""
        return [str(c.label) for c in Accessory if c.value in self.accessories]

    def defects(self) -> list[str]:
        """The words for checks that found a defect."""
        return [str(c.label) for c in Check if self.checks.get(c.value) == "defect"]

    def tyres(self) -> list[tuple[str, str]]:
        """``[(label, mm)]`` of the tyres measured."""
        return [(str(t.label), self.tyre_mm[t.value]) for t in Tyre if self.tyre_mm.get(t.value)]
