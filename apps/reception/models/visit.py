"""A vehicle's stay in the house."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.accounts.roles import Role
from apps.appointments.models import Appointment
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk.live import announce
from apps.desk.models import Event


class VisitQuerySet(StoreOwnedQuerySet):
    """Sets of visits."""

    def open(self) -> Self:
        """Vehicles that have not left."""
        return self.exclude(status=Visit.Status.LEFT)

    def waiting(self) -> Self:
        """Arrived, and nobody has spoken to the customer yet."""
        return self.filter(status=Visit.Status.WAITING)

    def for_pages(self) -> Self:
        """With what every list shows, in the same query."""
        return self.select_related("vehicle__model", "customer", "appointment", "advisor", "met_by", "store")


class Visit(models.Model):
    """A vehicle's stay in the house (到店). ``status`` is written by ``_move`` alone; ``NEXT`` is the map."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        IN_RECEPTION = "in_reception", _("In reception")
        IN_HOUSE = "in_house", _("In the house")
        LEFT = "left", pgettext_lazy("visit", "Left")

    NEXT: dict[str, set[Any]] = {
        Status.WAITING: {Status.IN_RECEPTION, Status.LEFT},
        Status.IN_RECEPTION: {Status.IN_HOUSE, Status.LEFT},
        Status.IN_HOUSE: {Status.LEFT},
        Status.LEFT: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("visit number"), max_length=24, unique=True)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="+")
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("advisor")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.WAITING)
    arrived_at = models.DateTimeField(_("arrived"))
    first_contact_at = models.DateTimeField(_("first contact"), null=True)
    met_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("received by")
    )
    left_at = models.DateTimeField(_("left"), null=True)
    waits_here = models.BooleanField(_("customer waits here"), default=False)
    expected_hours = models.DecimalField(
        _("work expected, hours"), max_digits=5, decimal_places=1, null=True, blank=True
    )
    left_reason = models.CharField(_("reason"), max_length=200, blank=True)
    diagnosis_fee_waived_reason = models.CharField(
        _("diagnosis fee waived, reason"), max_length=200, blank=True
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=~Q(status="left"), name="vehicle_is_in_one_place"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")), name="visit_leaves_after_arrival"
            ),
            models.CheckConstraint(
                condition=Q(first_contact_at=None) | Q(first_contact_at__gte=F("arrived_at")),
                name="visit_contact_after_arrival",
            ),
            models.CheckConstraint(
                condition=~Q(status="left") | (Q(left_at__isnull=False) & ~Q(left_reason="")),
                name="visit_left_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(expected_hours=None) | Q(expected_hours__gte=Decimal(0)),
                name="visit_expected_hours_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-arrived_at"], name="visit_day"),
            models.Index(fields=["store", "status"], name="visit_open", condition=~Q(status="left")),
            models.Index(fields=["vehicle", "-arrived_at"], name="visit_vehicle"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def event_thread(self) -> str:
        """Visits are part of the vehicle's story."""
        return self.vehicle.event_thread

    @property
    def is_open(self) -> bool:
        """Whether the vehicle is still here."""
        return self.status != self.Status.LEFT

    @property
    def waited(self) -> timedelta:
        """From arrival to first contact, or until now."""
        return (self.first_contact_at or clock.now()) - self.arrived_at

    @property
    def is_express(self) -> bool:
        """Booked as express work: no listening standard."""
        return self.appointment is not None and self.appointment.kind == Appointment.Kind.EXPRESS

    @transaction.atomic
    def meet(self, *, by: User) -> None:
        """First contact: ``by`` greets the customer and takes the visit.

        A helper who is no advisor receives for the advisor named, who stays responsible; an
        advisor who greets takes the visit over. Raises DomainError once somebody has.
        """
        self.lock()
        if self.first_contact_at is not None:
            raise DomainError(
                _("%(name)s has already received %(vehicle)s. Take the next one in the queue.")
                % {"name": self.met_by or "–", "vehicle": self.vehicle},
                code="already_met",
            )
        self._move(self.Status.IN_RECEPTION)
        self._greet(by)
        self.save(update_fields=["status", "first_contact_at", "met_by", "advisor"])
        seconds = int(self.waited.total_seconds())
        Event.record("visit.met", about=self, by=by, facts={"waited_seconds": seconds})
        announce(self.store_id, "queue")

    @transaction.atomic
    def enter_house(self, *, by: User) -> None:
        """The signed order takes the vehicle in. Work ordered without a recorded greeting counts as one."""
        self.lock()
        if self.status == self.Status.WAITING:
            self._move(self.Status.IN_RECEPTION)
            self._greet(by)
        self._move(self.Status.IN_HOUSE)
        self.save(update_fields=["status", "first_contact_at", "met_by", "advisor"])
        Event.record("visit.entered_house", about=self, by=by)
        announce(self.store_id, "queue")

    @transaction.atomic
    def leave(self, reason: str, *, by: User | None, fee_waived_reason: str = "") -> None:
        """The vehicle leaves the house. ``reason`` is required: delivered, estimate declined …"""
        self.lock()
        if not reason.strip():
            raise DomainError(
                _("Say why %(vehicle)s leaves: the visit's history needs a reason.")
                % {"vehicle": self.vehicle},
                code="reason_required",
            )
        self._move(self.Status.LEFT)
        self.left_at = clock.now()
        self.left_reason = reason.strip()[:200]
        self.diagnosis_fee_waived_reason = fee_waived_reason.strip()[:200]
        self.save(update_fields=["status", "left_at", "left_reason", "diagnosis_fee_waived_reason"])
        Event.record(
            "visit.left",
            about=self,
            by=by,
            reason=self.left_reason,
            facts={"fee_waived": bool(self.diagnosis_fee_waived_reason)},
        )
        announce(self.store_id, "queue")

    def lock(self) -> None:
        """Reload under a row lock: guards must judge what is true now."""
        self.refresh_from_db(from_queryset=Visit.objects.select_for_update(no_key=True, of=("self",)))

    def guard_open(self) -> None:
        """Refuse changes to a visit that is over."""
        if not self.is_open:
            raise DomainError(
                _("%(vehicle)s has left; its visit %(visit)s is closed. Register a new arrival first.")
                % {"vehicle": self.vehicle, "visit": self},
                code="visit_closed",
            )

    def _greet(self, by: User) -> None:
        self.first_contact_at = clock.now()
        self.met_by = by
        if self.advisor is None or by.role == Role.SERVICE_ADVISOR:
            self.advisor = by

    def _move(self, to: Status) -> None:
        if to not in self.NEXT[self.status]:
            raise DomainError(
                _("Visit %(visit)s is “%(now)s”; it cannot become “%(to)s”. Reload the page.")
                % {"visit": self, "now": self.get_status_display(), "to": to.label},
                code="illegal_transition",
            )
        self.status = to
