"""Sets of calls, and handing out the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.utils import timezone

from apps.accounts.models import StoreOwnedQuerySet, User
from apps.accounts.roles import MANAGERS, Role
from apps.calls import hours
from apps.calls.queues import keys_for
from apps.core import clock
from apps.customers.models import Customer

if TYPE_CHECKING:
    from apps.calls.models.call import Call

PRIORITY = ("closes_on", "opens_on", "created_at", "pk")
"""Overdue first, then the window that closes soonest, then the oldest."""
SAME_THING = timedelta(days=7)
STAND_INS = (*MANAGERS, Role.RECEPTION_SUPERVISOR)
"""They may take over a call that belongs to another person."""


class CallQuerySet(StoreOwnedQuerySet):
    """Sets of calls."""

    model: Any  # a Call, which is defined with this manager

    def open(self) -> Self:
        """Neither finished nor held up."""
        return self.filter(state="open")

    def due(self, now: datetime) -> Self:
        """Open, its window has begun and its next attempt has come."""
        return self.open().filter(opens_on__lte=timezone.localdate(now), due_at__lte=now)

    def overdue(self, now: datetime) -> Self:
        """Open after its window has closed."""
        return self.open().filter(closes_on__lt=timezone.localdate(now))

    def workable_by(self, user: User) -> Self:
        """Calls that are handed out to this person: his own, and those of his role in his queues."""
        unowned = Q(owner=None) | Q(owner__is_active=False)
        of_role = Q(role=user.role) | Q(role="", queue__in=keys_for(user.role))
        return self.filter(Q(owner=user) | (unowned & of_role))

    def held_by(self, user: User, now: datetime) -> Self:
        """Open calls under this person's running lease."""
        return self.open().filter(claimed_by=user, claimed_until__gt=now)

    def free_for(self, user: User, now: datetime) -> Self:
        """Calls to customers with whom nobody else is speaking now."""
        taken = (
            self.model.objects.filter(customer=OuterRef("customer"), state="open", claimed_until__gt=now)
            .exclude(claimed_by=user)
            .exclude(claimed_by=None)
        )
        return self.filter(~Exists(taken))

    def free_and_due(self, user: User, now: datetime) -> Self:
        """What the person might be handed now, were it not for the hour."""
        rows = self.visible_to(user).workable_by(user).due(now).free_for(user, now)
        return rows.exclude(customer__phone="")

    def about(self, obj: models.Model) -> Self:
        """Calls that were made necessary by one row, oldest first."""
        return self.filter(subject=f"{obj._meta.label_lower}:{obj.pk}").order_by("pk")

    def reached_lately(self, queue: str, customer: Customer, now: datetime) -> Self:
        """Calls of the queue in which the customer was reached within seven days: do not call again."""
        return self.filter(queue=queue, customer=customer, reached_at__gt=now - SAME_THING)

    @transaction.atomic
    def claim_next(
        self, user: User, now: datetime | None = None, queues: Sequence[str] | None = None
    ) -> Call | None:
        """Hand out the most urgent due call, with all open calls of the same customer.

        A call that the person still holds comes first. Outside calling hours only times that a
        customer named himself are handed out, and those of his preference; who has one waits for it
        until the last day of the window. Two agents never get the same customer: the
        customer's row is locked (SKIP LOCKED) and the claims are judged again under it. Raises
        DomainError for accounts that may not call. About 8 statements.
        """
        now = now or clock.now()
        self.model.must_be_named(user)
        mine = self.filter(queue__in=queues) if queues else self
        held: Any = mine.held_by(user, now).due(now).order_by(*PRIORITY).first()
        if held is not None:
            held.renew(by=user, now=now)
            return held
        self.let_go(user)
        candidates = mine.free_and_due(user, now).filter(self._may_ring(user, now))
        return self._first_free(candidates.order_by(self._passed_last(user), *PRIORITY), user, now)

    @staticmethod
    def _may_ring(user: User, now: datetime) -> Q:
        """Whom one may disturb at this hour."""
        ok = Q(is_agreed_time=True) | Q(customer__preferred_hours__in=hours.wished(now))
        if hours.is_open(hours.of(user.store_id, now), now):
            last_day = Q(closes_on__lte=timezone.localdate(now))
            ok |= Q(customer__preferred_hours="") | last_day
        return ok

    @staticmethod
    def _first_free(candidates: CallQuerySet, user: User, now: datetime) -> Call | None:
        taken: set[int] = set()
        while True:
            call = (
                candidates.exclude(customer_id__in=taken)
                .select_related("customer")
                .select_for_update(skip_locked=True, no_key=True, of=("customer",))
                .first()
            )
            if call is None or call.take(user, now):
                return call
            taken.add(call.customer_id)

    @staticmethod
    def _passed_last(user: User) -> Any:
        return Case(When(passed_by=user, then=Value(1)), default=Value(0))

    def let_go(self, user: User) -> int:
        """Give back whatever this person holds; one customer at a time."""
        held = self.model.objects.filter(claimed_by=user, state="open")
        return held.change_free(claimed_by=None, claimed_until=None)

    def change_free(self, **fields: Any) -> int:
        """Update these calls but those that another transaction holds: they are left to it.

        Taken in order of id and never waited for, so that no two agents can block each other.
        """
        rows = self.order_by("pk").select_for_update(skip_locked=True, no_key=True)
        ids = list(rows.values_list("pk", flat=True))
        return self.model.objects.filter(pk__in=ids).update(**fields) if ids else 0
