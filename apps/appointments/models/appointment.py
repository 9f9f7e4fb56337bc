"""Bookings: a vehicle's promise to come, and ours to be ready."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.appointments.models.enquiry import Enquiry, Item
from apps.capacity.models import Holder
from apps.core import when
from apps.core.errors import DomainError
from apps.customers.models import Vehicle
from apps.parts.models import Demand


class AppointmentQuerySet(StoreOwnedQuerySet):
    """Sets of appointments."""

    def open(self) -> Self:
        """Still expected: booked or confirmed."""
        return self.filter(status__in=[Appointment.Status.BOOKED, Appointment.Status.CONFIRMED])

    def arriving_on(self, day: date) -> Self:
        """Arrivals of one day in the active zone, earliest first."""
        start = timezone.make_aware(datetime.combine(day, time()))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return self.filter(arrives_at__gte=start, arrives_at__lt=end).order_by("arrives_at", "pk")

    def of_advisor(self, user: User) -> Self:
        """Those this advisor receives."""
        return self.filter(advisor=user)

    def clashing(self, vehicle: Vehicle, start: datetime, end: datetime) -> Self:
        """Open ones that need the same vehicle in the same time."""
        return self.open().filter(vehicle=vehicle, arrives_at__lt=end, ready_at__gt=start)


class Appointment(Enquiry):
    """A booking (预约单). ``status`` is written by ``_move`` alone; ``NEXT`` is the whole map."""

    class Status(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CONFIRMED = "confirmed", _("Confirmed")
        ARRIVED = "arrived", _("Arrived")
        CANCELLED = "cancelled", _("Cancelled")
        NO_SHOW = "no_show", _("No-show")

    REFUSED = "appointment_state"
    NEXT = {
        Status.BOOKED: {Status.CONFIRMED, Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW},
        Status.CONFIRMED: {Status.ARRIVED, Status.CANCELLED, Status.NO_SHOW},
        Status.ARRIVED: set(),
        Status.CANCELLED: set(),
        Status.NO_SHOW: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("appointment number"), max_length=20, unique=True)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("advisor")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.BOOKED)
    arrives_at = models.DateTimeField(_("arrival"))
    ready_at = models.DateTimeField(_("hand-back"))
    holder = models.OneToOneField(Holder, models.PROTECT, null=True, related_name="+")
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField(_("booked"))
    closed_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta(Enquiry.Meta):
        constraints = [
            *Enquiry.Meta.constraints,
            models.CheckConstraint(condition=Q(ready_at__gt=F("arrives_at")), name="ready_after_arrival"),
            models.CheckConstraint(
                condition=~Q(status__in=["cancelled", "no_show"]) | ~Q(closed_reason=""),
                name="closed_appointment_says_why",
            ),
            models.UniqueConstraint(
                fields=["vehicle", "arrives_at"],
                condition=Q(status__in=["booked", "confirmed"]),
                name="vehicle_booked_once_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["store", "arrives_at"], name="appointment_day")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the customer is still expected."""
        return self.status in (self.Status.BOOKED, self.Status.CONFIRMED)

    def is_overdue(self, now: datetime) -> bool:
        """Expected before ``now`` and not arrived."""
        return self.is_open and self.arrives_at <= now

    def guard_open(self, verb: Any) -> None:
        """Refuse ``verb`` (a translated phrase) on an appointment nobody waits for any more."""
        if not self.is_open:
            raise DomainError(
                _("%(appointment)s is %(status)s; it cannot be %(verb)s.")
                % {"appointment": self.number, "status": self.get_status_display(), "verb": verb},
                code="appointment_state",
            )

    def confirm(self) -> None:
        """The customer has said yes. Call through ``services.confirm``."""
        self._move(self.Status.CONFIRMED)

    def arrive(self) -> None:
        """The car stands in the yard. Call through ``services.mark_arrived``."""
        self._move(self.Status.ARRIVED)

    def cancel(self, reason: str) -> None:
        """Nobody comes. Call through ``services.cancel``."""
        self._move(self.Status.CANCELLED, closed_reason=reason)

    def miss(self, reason: str, now: datetime) -> None:
        """Nobody came. Call through ``services.mark_no_show``. Refused before the time of arrival."""
        if self.is_open and self.arrives_at > now:
            raise DomainError(
                _("%(appointment)s is due %(time)s; it cannot be a no-show before that. Cancel it instead.")
                % {"appointment": self.number, "time": when.words(self.arrives_at, now)},
                code="appointment_not_due",
            )
        self._move(self.Status.NO_SHOW, closed_reason=reason)

    def shift(self, starts_at: datetime, ends_at: datetime, advisor_id: int) -> None:
        """Take another time. Call through ``services.reschedule``, which holds the capacity."""
        self.guard_open(_("moved"))
        self.arrives_at, self.ready_at, self.advisor_id = starts_at, ends_at, advisor_id
        self.version += 1
        self.save(update_fields=["arrives_at", "ready_at", "advisor", "version"])

    @property
    def amount(self) -> Decimal:
        """What was told on the phone, all items together. Prefetch ``items``."""
        return sum((item.amount for item in self.items.all()), Decimal(0))


class AppointmentItem(Item):
    """What is to be done on the appointment."""

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="items")
    demand = models.OneToOneField(Demand, models.PROTECT, null=True, related_name="+")
