"""The waiting list: who wants a time that is full, in the order recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.appointments.models.appointment import Appointment
from apps.appointments.models.enquiry import Enquiry, Item
from apps.capacity.models import Holder
from apps.core.errors import DomainError
from apps.customers.models import Vehicle

APART = timedelta(hours=2)
"""Who let a start pass is not offered another one that is nearer to it than this."""


HELD = Q(
    status="offered",
    holder__isnull=False,
    starts_at__isnull=False,
    ends_at__isnull=False,
    receiver__isnull=False,
    accept_until__isnull=False,
    due_at=None,
)


class WaitingQuerySet(StoreOwnedQuerySet):
    """Sets of entries."""

    def open(self) -> Self:
        """Waiting, or offered a time that is not answered yet."""
        return self.filter(status__in=[WaitingEntry.Status.WAITING, WaitingEntry.Status.OFFERED])

    def due(self, now: datetime) -> Self:
        """Waiting, and to be looked at."""
        return self.filter(status=WaitingEntry.Status.WAITING, due_at__lte=now)

    def unanswered_by(self, now: datetime) -> Self:
        """Offered, and the time to accept is over."""
        return self.filter(status=WaitingEntry.Status.OFFERED, accept_until__lte=now)

    def of_car(self, vehicle: Vehicle) -> Self:
        """Open ones of one vehicle: at most one, by constraint."""
        return self.open().filter(vehicle=vehicle)


@dataclass(frozen=True)
class Offer:
    """A time held for somebody until ``until``; ``receiver_id`` is the advisor's user id."""

    holder: Holder
    starts_at: datetime
    ends_at: datetime
    receiver_id: int
    until: datetime


class WaitingEntry(Enquiry):
    """One customer who waits for a time. ``status`` is written by ``_move`` alone; ``NEXT`` is the whole map.

    The place in the list is the id; nothing reorders it. ``from_day`` … ``till_day`` and ``from_time`` …
    ``till_time`` (empty: any hour) are the wished arrival, ``advisor`` empty means whoever is free. While an
    offer stands, ``holder`` holds its capacity until ``accept_until``. ``due_at`` is when the entry is looked
    at next; empty while an offer stands, and after two unanswered ones, when only a person offers.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Time offered")
        BOOKED = "booked", _("Booked")
        DECLINED = "declined", _("Wants no time any more")
        EXPIRED = "expired", _("Wished days are over")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    ENDS: tuple[Status, ...] = (Status.BOOKED, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN)
    REFUSED = "waiting_state"
    NEXT = {
        Status.WAITING: {Status.OFFERED, Status.BOOKED, Status.EXPIRED, Status.WITHDRAWN},
        Status.OFFERED: {Status.WAITING, *ENDS},
        **{status: set() for status in ENDS},
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=20, unique=True)
    advisor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    from_day = models.DateField(_("from"))
    till_day = models.DateField(_("till"))
    from_time = models.TimeField(_("not before"), null=True)
    till_time = models.TimeField(_("not after"), null=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    due_at = models.DateTimeField(null=True)
    unanswered = models.PositiveSmallIntegerField(default=0)
    passed = ArrayField(models.DateTimeField(), default=list)
    holder = models.OneToOneField(Holder, models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(_("offered arrival"), null=True)
    ends_at = models.DateTimeField(null=True)
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accept_until = models.DateTimeField(_("to be accepted by"), null=True)
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))
    closed_reason = models.CharField(_("reason"), max_length=200, blank=True)

    place = 0
    """Set by the list: how many stand before, plus one."""

    objects = WaitingQuerySet.as_manager()

    class Meta(Enquiry.Meta):
        constraints = [
            *Enquiry.Meta.constraints,
            models.CheckConstraint(condition=Q(till_day__gte=F("from_day")), name="waiting_days_in_order"),
            models.CheckConstraint(
                condition=Q(from_time=None) | Q(till_time=None) | Q(till_time__gte=F("from_time")),
                name="waiting_hours_in_order",
            ),
            models.UniqueConstraint(
                fields=["vehicle"],
                condition=Q(status__in=["waiting", "offered"]),
                name="vehicle_waits_once",
            ),
            models.CheckConstraint(
                condition=HELD | (~Q(status="offered") & Q(holder=None, accept_until=None)),
                name="waiting_offer_is_held",
            ),
            models.CheckConstraint(
                condition=Q(status="booked", appointment__isnull=False)
                | (~Q(status="booked") & Q(appointment=None)),
                name="waiting_booked_has_appointment",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(closed_reason=""), name="waiting_withdrawn_says_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "id"],
                name="waiting_open",
                condition=Q(status__in=["waiting", "offered"]),
            ),
            models.Index(fields=["due_at"], name="waiting_due", condition=Q(status="waiting")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the customer still waits."""
        return self.status in (self.Status.WAITING, self.Status.OFFERED)

    @property
    def caller_id(self) -> int:
        """Who calls when a call is needed: the wished advisor, else who recorded the entry."""
        return self.advisor_id or self.recorded_by_id

    def suits(self, starts_at: datetime) -> bool:
        """Whether an arrival at ``starts_at`` is what the customer wished, and not what he let pass."""
        local = timezone.localtime(starts_at)
        return (
            self.from_day <= local.date() <= self.till_day
            and (self.from_time is None or local.time() >= self.from_time)
            and (self.till_time is None or local.time() <= self.till_time)
            and all(abs(starts_at - passed) >= APART for passed in self.passed)
        )

    @property
    def offered(self) -> Offer | None:
        """What is held for the customer, if anything is. At most one query."""
        if not (self.holder and self.starts_at and self.ends_at and self.receiver_id and self.accept_until):
            return None
        return Offer(self.holder, self.starts_at, self.ends_at, self.receiver_id, self.accept_until)

    def stands(self, now: datetime) -> bool:
        """Whether a time is held that can still be accepted."""
        return self.accept_until is not None and self.accept_until > now

    def guard_standing(self, starts_at: datetime | None, now: datetime) -> Offer:
        """The offer that is answered; refused when it is over, answered, or not that of ``starts_at``."""
        offer = self.offered
        if offer is None or offer.until <= now or starts_at not in (None, offer.starts_at):
            raise DomainError(
                _("This offer of %(entry)s does not stand any more. Look at the list for what holds now.")
                % {"entry": self},
                code="offer_over",
            )
        return offer

    def offer(self, offer: Offer) -> None:
        """Hold a time for the customer. Call through ``waiting.offer``, which holds the capacity."""
        self._move(
            self.Status.OFFERED,
            holder=offer.holder,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            receiver_id=offer.receiver_id,
            accept_until=offer.until,
            due_at=None,
        )

    def wait_on(self, due_at: datetime | None, *, is_answered: bool, is_told: bool = True) -> None:
        """The offer is over and the customer keeps his place. What he was never told of does not count."""
        passed = [*self.passed, self.starts_at] if is_told else self.passed
        unanswered = 0 if is_answered else self.unanswered + is_told
        self._move(self.Status.WAITING, due_at=due_at, passed=passed, unanswered=unanswered, **NOTHING_HELD)

    def close(self, to: Status, reason: str = "", appointment: Appointment | None = None) -> None:
        """Off the list, for good."""
        fields = {"closed_reason": reason, "appointment": appointment, "due_at": None, "accept_until": None}
        self._move(to, holder=None, **fields)


NOTHING_HELD = {"holder": None, "starts_at": None, "ends_at": None, "receiver": None, "accept_until": None}


class WaitingItem(Item):
    """What is to be done once there is a time, at the price told when the entry was recorded."""

    entry = models.ForeignKey(WaitingEntry, models.CASCADE, related_name="items")
