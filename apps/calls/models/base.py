"""What a call is: whose, of which queue, within which days, and in which state."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.calls.models.sets import CallQuerySet
from apps.calls.queues import CallQueue, queue_of
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk import live
from apps.desk.models import Event

TRIES = 2
"""Unanswered attempts after which a call may be closed as unreached."""


class CallBase(models.Model):
    """Fields, states and locks of a call. ``state`` is written by ``_move`` alone.

    ``owner`` narrows it to a person, ``role`` to a role; with neither, the queue's roles hold.
    Locks: the customer's row first, then the call.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("call", "Open")
        SUSPENDED = "suspended", _("Suspended")
        CORRECTION = "correction", _("Waiting for a number")
        DONE = "done", _("Done")
        UNREACHED = "unreached", _("Closed as unreached")
        CANCELLED = "cancelled", _("Cancelled")

    NEXT: dict[str, set[Any]] = {
        State.OPEN: {State.SUSPENDED, State.CORRECTION, State.DONE, State.UNREACHED, State.CANCELLED},
        State.SUSPENDED: {State.OPEN, State.CORRECTION, State.CANCELLED},
        State.CORRECTION: {State.OPEN, State.SUSPENDED, State.CANCELLED},
        State.DONE: set(),
        State.UNREACHED: set(),
        State.CANCELLED: set(),
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    queue = models.CharField(_("queue"), max_length=30)
    key = models.CharField(max_length=120, unique=True)
    topic = models.CharField(_("what it is about"), max_length=200, blank=True)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    opens_on = models.DateField(_("from"))
    closes_on = models.DateField(_("until"))
    due_at = models.DateTimeField(_("next attempt"))
    is_agreed_time = models.BooleanField(_("the customer named the time"), default=False)
    previous_on = models.DateField(_("previous level"), null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    unreached_count = models.PositiveSmallIntegerField(default=0)
    reached_at = models.DateTimeField(_("reached"), null=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    passed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person_spoken_to = models.CharField(_("spoken to"), max_length=60, blank=True)
    note = models.TextField(_("what was said"), blank=True)
    customer_name = models.CharField(_("customer"), max_length=100, blank=True)
    customer_phone = models.CharField(_("phone"), max_length=20, blank=True)
    days_since_previous = models.IntegerField(_("days since the previous level"), null=True)
    created_at = models.DateTimeField()

    objects = CallQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind.label} · {self.customer}"

    def get_absolute_url(self) -> str:
        return reverse("calls:call", args=[self.pk])

    @property
    def kind(self) -> CallQueue:
        """What kind of call it is."""
        return queue_of(self.queue)

    @property
    def event_thread(self) -> str:
        """Calls are part of the vehicle's story, or the customer's when no car is meant."""
        if self.vehicle_id is None:
            return f"customers.customer:{self.customer_id}"
        return f"customers.vehicle:{self.vehicle_id}"

    @property
    def reason_text(self) -> str:
        """Why it is held up or cancelled: the house's own reasons in the reader's language."""
        return translate(self.reason) if self.reason else ""

    @property
    def is_over(self) -> bool:
        """Finished or cancelled."""
        return not self.NEXT[self.state]

    @property
    def is_claimed(self) -> bool:
        """Somebody is at it now."""
        return self.claimed_until is not None and self.claimed_until > clock.now()

    @property
    def is_overdue(self) -> bool:
        """Still to be made after its window."""
        return not self.is_over and self.closes_on < clock.today()

    def lock(self) -> None:
        """Reload under the customer's and the call's row locks."""
        customer = Customer.objects.select_for_update(no_key=True).get(pk=self.customer_id)
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(no_key=True))
        self.customer = customer

    def _move(self, to: CallBase.State, *, by: User | None, reason: str = "", **fields: Any) -> None:
        if to not in self.NEXT[self.state]:
            raise DomainError(
                _("%(call)s is %(now)s; it cannot become %(to)s. Reload the page.")
                % {"call": self, "now": self.get_state_display(), "to": to.label},
                code="call_state",
            )
        self.state, self.reason = to, reason[:200]
        for name, value in (fields | {"claimed_by": None, "claimed_until": None}).items():
            setattr(self, name, value)
        self.save(update_fields=["state", "reason", "claimed_by", "claimed_until", *fields])
        self._record(f"call.{to}", by=by, reason=reason)
        live.announce(self.store_id, "calls")

    def _record(self, kind: str, *, by: User | None, reason: str = "", facts: dict | None = None) -> None:
        always = {"queue": self.queue, "attempts": self.attempt_count}
        Event.record(kind, about=self, by=by, reason=reason[:300], facts=always | (facts or {}))

    def _must_be_open(self) -> None:
        if self.state != self.State.OPEN:
            raise DomainError(
                _("%(call)s is %(now)s; nothing more can be recorded. Reload the page.")
                % {"call": self, "now": self.get_state_display()},
                code="call_state",
            )
