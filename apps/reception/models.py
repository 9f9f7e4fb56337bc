"""Arrival and reception (接待): the visit, the walk-around, the interview."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.appointments.models import Appointment
from apps.customers.models import Customer, Vehicle
from apps.desk.models import File


class Visit(models.Model):
    """One stay of one vehicle, from the gate in to the gate out."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        IN_RECEPTION = "in_reception", _("In reception")
        IN_HOUSE = "in_house", _("In the house")
        LEFT = "left", _("Left")

    NEXT: dict[str, set[Any]] = {
        Status.WAITING: {Status.IN_RECEPTION, Status.LEFT},
        Status.IN_RECEPTION: {Status.IN_HOUSE, Status.LEFT},
        Status.IN_HOUSE: {Status.LEFT},
        Status.LEFT: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("visit number"), max_length=20, unique=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="+")
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("advisor")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.WAITING)
    arrived_at = models.DateTimeField(_("arrived"))
    first_contact_at = models.DateTimeField(_("first contact"), null=True)
    left_at = models.DateTimeField(_("left"), null=True)
    waits_here = models.BooleanField(_("customer waits here"), default=False)
    left_reason = models.CharField(_("reason"), max_length=200, blank=True)
    diagnosis_fee_waived_reason = models.CharField(
        _("diagnosis fee waived, reason"), max_length=200, blank=True
    )

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=~Q(status="left"), name="vehicle_is_in_one_place"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")), name="visit_leaves_after_arrival"
            ),
        ]
        indexes = [models.Index(fields=["store", "-arrived_at"], name="visit_day")]

    def __str__(self) -> str:
        return self.number

    @property
    def event_thread(self) -> str:
        return self.vehicle.event_thread


class WalkAround(models.Model):
    """The pre-inspection with the customer (环车检查): what the car was like when it came."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="walk_around")
    odometer_km = models.PositiveIntegerField(_("mileage, km"))
    energy_percent = models.PositiveSmallIntegerField(_("fuel or charge, %"))
    warning_lamps = models.JSONField(_("warning lamps"), default=list, blank=True)
    accessories = models.JSONField(_("accessories present"), default=list, blank=True)
    belongings = models.CharField(_("belongings left in the car"), max_length=300, blank=True)
    valuables_reminded = models.BooleanField(_("reminded of valuables"), default=False)
    covers_fitted = models.BooleanField(_("protective covers fitted"), default=False)
    companion = models.CharField(_("accompanied by"), max_length=60, blank=True)
    signature = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    signed_name = models.CharField(_("signed by"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    done_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(energy_percent__lte=100), name="energy_at_most_100_percent"),
        ]

    def __str__(self) -> str:
        return str(self.visit)


class Damage(models.Model):
    """One mark on the car drawing; ``x`` and ``y`` are per mille of the drawing's width and height."""

    class Kind(models.TextChoices):
        SCRATCH = "scratch", _("Scratch")
        DENT = "dent", _("Dent")
        CRACK = "crack", _("Crack")
        STONE_CHIP = "chip", _("Stone chip")
        RUST = "rust", _("Rust")
        MISSING = "missing", _("Missing part")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="damages")
    zone = models.CharField(_("zone"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    photo = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    carried_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    client_key = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "client_key"], condition=~Q(client_key=""), name="damage_sent_once"
            ),
            models.CheckConstraint(condition=Q(x__lte=1000, y__lte=1000), name="damage_on_the_drawing"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.get_kind_display()}"


class Interview(models.Model):
    """What the customer said, in his words, and the symptom questions."""

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="interview")
    customer_words = models.TextField(_("the customer's words"))
    symptoms = models.JSONField(_("symptoms"), default=dict, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    listened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.visit)
