"""What customers ask for by themselves, day and night, until somebody has called them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.appointments.models.appointment import Appointment
from apps.appointments.models.enquiry import Enquiry, Item
from apps.appointments.models.staged import Staged
from apps.capacity.models import Holder
from apps.customers.models import Customer, Vehicle


class OnlineRequestQuerySet(StoreOwnedQuerySet):
    """Sets of requests."""

    def known(self) -> Self:
        """Those that were received; what is only typed, with a number nobody has proved, concerns no one."""
        return self.exclude(status=OnlineRequest.Status.TYPED)

    def open(self) -> Self:
        """Received, and nobody has settled it yet."""
        return self.filter(status__in=[OnlineRequest.Status.RECEIVED, OnlineRequest.Status.ASSIGNED])

    def to_distribute(self, until: datetime) -> Self:
        """Received until then and not given to anybody, in the order received."""
        rows = self.filter(status=OnlineRequest.Status.RECEIVED, received_at__lte=until)
        return rows.order_by("received_at", "pk")

    def late(self, now: datetime) -> Self:
        """Given to somebody who has not settled it in time, and not escalated yet."""
        return self.filter(status=OnlineRequest.Status.ASSIGNED, escalated_at=None, due_at__lte=now)


class OnlineBatch(models.Model):
    """One distribution: what was received until ``at``, given to advisors in one go."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("distributed"))

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "at"], name="online_batch_once")]

    def __str__(self) -> str:
        return f"{self.at:%m-%d %H:%M}"


class OnlineRequest(Staged):
    """A request from the online page or an outside channel. ``NEXT`` is the whole map of ``status``.

    ``name``, ``phone`` and ``plate`` are what was typed; ``vehicle`` and ``customer`` are set where the
    proved number and the plate are those of the file. ``starts_at`` … ``ends_at`` is held until the hold
    expires (``is_held``). ``key`` is the customer's own address.
    """

    class Status(models.TextChoices):
        TYPED = "typed", _("number not proved")
        RECEIVED = "received", _("Received")
        ASSIGNED = "assigned", _("To be confirmed")
        BOOKED = "booked", _("Booked")
        DECLINED = "declined", _("Not taken on")
        WITHDRAWN = "withdrawn", _("Withdrawn by the customer")

    REFUSED = "online_state"
    NEXT = {
        Status.TYPED: {Status.RECEIVED},
        Status.RECEIVED: {Status.ASSIGNED, Status.BOOKED, Status.DECLINED, Status.WITHDRAWN},
        Status.ASSIGNED: {Status.ASSIGNED, Status.BOOKED, Status.DECLINED, Status.WITHDRAWN},
        Status.BOOKED: set(),
        Status.DECLINED: set(),
        Status.WITHDRAWN: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    number = models.CharField(_("request number"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.TYPED)
    channel = models.CharField(_("channel"), max_length=10, choices=Enquiry.Channel.choices)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    external_id = models.CharField(max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20)
    plate = models.CharField(_("plate"), max_length=20)
    model_text = models.CharField(_("model"), max_length=80, blank=True)
    words = models.TextField(_("the customer's words"), blank=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(_("arrival"))
    ends_at = models.DateTimeField(_("hand-back"), null=True)
    holder = models.OneToOneField(Holder, models.SET_NULL, null=True, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    typed_at = models.DateTimeField()
    received_at = models.DateTimeField(_("received"), null=True)
    batch = models.ForeignKey(OnlineBatch, models.PROTECT, null=True, related_name="requests")
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(_("to be confirmed by"), null=True)
    escalated_at = models.DateTimeField(null=True)
    appointment = models.OneToOneField(Appointment, models.PROTECT, null=True, related_name="online_request")
    closed_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = OnlineRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="online_number_once"),
            models.UniqueConstraint(
                fields=["taken_by", "external_id"], condition=~Q(external_id=""), name="online_taken_in_once"
            ),
            models.CheckConstraint(
                condition=Q(status="typed", number="", received_at=None, holder=None)
                | (~Q(status="typed") & ~Q(number="") & Q(received_at__isnull=False)),
                name="online_received_has_number",
            ),
            models.CheckConstraint(
                condition=Q(status="booked", appointment__isnull=False)
                | (~Q(status="booked") & Q(appointment=None)),
                name="online_booked_has_appointment",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(closed_reason=""), name="online_declined_says_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "received_at"],
                name="online_open",
                condition=Q(status__in=["received", "assigned"]),
            ),
            models.Index(fields=["phone"], name="online_phone"),
            models.Index(fields=["typed_at"], name="online_typed", condition=Q(status="typed")),
        ]

    def __str__(self) -> str:
        return self.number or self.plate

    @property
    def event_thread(self) -> str:
        """Part of the vehicle's story once the vehicle is known; before that a story of its own."""
        return self.vehicle.event_thread if self.vehicle else f"appointments.onlinerequest:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to settle it."""
        return self.status in (self.Status.RECEIVED, self.Status.ASSIGNED)

    @property
    def is_held(self) -> bool:
        """Whether the time is still held. At most one query."""
        return self.holder is not None and self.holder.expires_at is not None

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been settled before ``now``."""
        return self.is_open and self.due_at is not None and self.due_at <= now

    def receive(self, **fields: Any) -> None:
        """The number is proved. Call through ``online.receive``, which holds the time."""
        self._move(self.Status.RECEIVED, **fields)

    def assign(self, to: User, **fields: Any) -> None:
        """Somebody is to call. Call through ``online.assign``."""
        self._move(self.Status.ASSIGNED, assigned_to=to, **fields)

    def close(self, to: Status, reason: str = "", appointment: Appointment | None = None) -> None:
        """Settled, for good. Call through ``online.confirm``, ``decline`` or ``withdraw``."""
        self._move(to, holder=None, closed_reason=reason, appointment=appointment)


class OnlineItem(Item):
    """What is asked for, at the price shown on the page."""

    request = models.ForeignKey(OnlineRequest, models.CASCADE, related_name="items")


class OnlineCode(models.Model):
    """One code that was sent to prove a number. Of the code and the sender's address digests are kept."""

    GOOD_FOR = timedelta(minutes=10)
    TRIES = 5

    request = models.ForeignKey(OnlineRequest, models.CASCADE, related_name="codes")
    phone = models.CharField(max_length=20)
    address = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["phone", "sent_at"], name="online_code_phone"),
            models.Index(fields=["address", "sent_at"], name="online_code_address"),
        ]

    def __str__(self) -> str:
        return f"{self.phone[-4:]} {self.sent_at:%H:%M}"
