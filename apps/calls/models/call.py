"""One engine for every call to a customer: due, claimed, attempted, done.

A queue (level-2, N+15, post-repair …) is declared by the room that owns its form
(``calls.queues``). A later room's row (the filled form) points one-to-one to the ``Call``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.calls.models.base import TRIES
from apps.calls.models.outcomes import Answerable
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk import live
from apps.desk.models.event import subject_key

PROMISE = "promise"


class Call(Answerable):
    """A call that must be made within a window of days, by whoever claims it first.

    Two agents never hold the same customer: a claim takes every open call of the customer.
    A first attempt that did not reach anybody brings it back within two days; after the
    second it may be completed as unreached. Source: callback rules of the trade.
    """

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="call_window_in_order"),
            models.CheckConstraint(
                condition=~Q(state="unreached") | Q(unreached_count__gte=TRIES),
                name="unreached_after_two_attempts",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(reached_at__isnull=False), name="done_call_reached_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "unreached"])
                | (Q(finished_at__isnull=False, finished_by__isnull=False) & ~Q(customer_name="")),
                name="finished_call_names_caller_and_customer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "unreached"]) | ~Q(customer_phone=""),
                name="finished_call_keeps_the_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["suspended", "cancelled"]) | ~Q(reason=""),
                name="held_up_call_says_why",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(claimed_until__isnull=False, state="open"),
                name="claim_of_an_open_call_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "queue", "closes_on"], name="call_open", condition=Q(state="open")),
            models.Index(
                fields=["claimed_by"],
                name="call_claimed",
                condition=Q(state="open", claimed_by__isnull=False),
            ),
            models.Index(fields=["store", "queue", "opens_on"], name="call_period"),
            models.Index(fields=["customer"], name="call_customer"),
            models.Index(fields=["subject"], name="call_subject"),
        ]

    @classmethod
    def schedule(
        cls,
        queue: str,
        key: str,
        *,
        about: models.Model,
        customer: Customer,
        opens_on: date,
        closes_on: date,
        vehicle: Vehicle | None = None,
        owner: User | None = None,
        role: str = "",
        store: Store | int | None = None,
        due_at: datetime | None = None,
        previous_on: date | None = None,
        topic: str = "",
        suspended_because: str = "",
    ) -> Call:
        """The call ``key``: made now, or the one that is there already, unchanged.

        ``store`` defaults to ``about.store_id``. ``due_at`` (the customer was promised that very
        time) beats the beginning of the window; ``topic`` says what it is about. Without a
        telephone number it waits for one, with a task for whoever keeps the data. Ask
        ``reached_lately`` first where a repeated call would annoy. Two statements.
        """
        defaults = {
            "queue": queue,
            "store_id": _store_id(store, about),
            "subject": subject_key(about),
            "object_id": about.pk,
            "customer": customer,
            "vehicle": vehicle,
            "owner": owner,
            "role": role,
            "opens_on": opens_on,
            "closes_on": closes_on,
            "due_at": due_at or clock.at(opens_on, 0),
            "is_agreed_time": due_at is not None,
            "previous_on": previous_on,
            "topic": topic.strip()[:200],
            "state": cls.State.SUSPENDED if suspended_because else cls.State.OPEN,
            "reason": suspended_because,
            "created_at": clock.now(),
        }
        call, created = cls.objects.get_or_create(key=key, defaults=defaults)
        return call._begin() if created and call.state == cls.State.OPEN else call

    def _begin(self) -> Call:
        if not self.customer.phone:
            self.ask_for_number(by=None)
        live.announce(self.store_id, "calls")
        return self

    @transaction.atomic
    def suspend(self, reason: str, *, by: User | None) -> None:
        """Hold it up, visibly, until ``resume``."""
        self.lock()
        self._move(self.State.SUSPENDED, by=by, reason=_said(reason))

    @transaction.atomic
    def resume(
        self,
        *,
        by: User | None,
        opens_on: date | None = None,
        closes_on: date | None = None,
        previous_on: date | None = None,
    ) -> None:
        """Go on, within the old window or a new one."""
        self.lock()
        if self.state != self.State.SUSPENDED:
            raise DomainError(
                _("%(call)s is not suspended. Reload the page.") % {"call": self}, code="call_state"
            )
        opens_on = opens_on or self.opens_on
        self._move(
            self.State.OPEN,
            by=by,
            opens_on=opens_on,
            previous_on=previous_on or self.previous_on,
            closes_on=max(closes_on or self.closes_on, opens_on),
            due_at=self.due_at if opens_on == self.opens_on else clock.at(opens_on, 0),
        )
        if not self.customer.phone:
            self.ask_for_number(by=by)

    @transaction.atomic
    def move_window(
        self, opens_on: date, closes_on: date, *, previous_on: date | None = None, role: str | None = None
    ) -> bool:
        """Its ground has another day now, or another ``role``. False once it was tried or is over."""
        self.lock()
        if self.is_over or self.attempt_count:
            return False
        fields = {
            "opens_on": opens_on,
            "closes_on": closes_on,
            "previous_on": previous_on or self.previous_on,
            "role": self.role if role is None else role,
        }
        if not self.is_agreed_time:
            fields["due_at"] = clock.at(opens_on, 0)
        if all(getattr(self, name) == value for name, value in fields.items()):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=list(fields))
        live.announce(self.store_id, "calls")
        return True

    @transaction.atomic
    def cancel(self, reason: str, *, by: User | None) -> None:
        """Its ground is gone."""
        self.lock()
        self._move(self.State.CANCELLED, by=by, reason=_said(reason))

    @transaction.atomic
    def promise(self, what: str, due_at: datetime, *, by: User) -> Call:
        """ "We will come back to you": a call of its own, at the promised time, by the same person."""
        self.must_be_named(by)
        if due_at <= clock.now():
            raise DomainError(
                translate("The promised time lies in the past. Choose a later one."), code="promise_past"
            )
        day = timezone.localdate(due_at)
        call = Call.schedule(
            PROMISE,
            f"promise-{self.pk}-{timezone.localtime(due_at):%Y%m%d%H%M}",
            about=self,
            customer=self.customer,
            vehicle=self.vehicle,
            owner=by,
            store=self.store_id,
            opens_on=day,
            closes_on=day,
            due_at=due_at,
            topic=what,
        )
        self._record("call.promised", by=by, facts={"due_at": due_at.isoformat()})
        return call


def _store_id(store: Store | int | None, about: Any) -> int:
    return store.pk if isinstance(store, Store) else store or about.store_id


def _said(reason: str) -> str:
    if not reason.strip():
        raise DomainError(translate("Say why; the reason stands beside the call."), code="reason_missing")
    return reason.strip()
