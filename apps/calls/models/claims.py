"""Taking a call: one agent, one customer, a quarter of an hour at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.calls.models.numbers import Numbered
from apps.calls.models.sets import STAND_INS
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk import live

LEASE = timedelta(minutes=15)


class Claimable(Numbered):
    """Who speaks with the customer now. A claim takes every open call of the customer."""

    class Meta:
        abstract = True

    def is_held_by(self, user: User, now: datetime | None = None) -> bool:
        """Whether ``user`` is the one who speaks with this customer now."""
        now = now or clock.now()
        return bool(self.claimed_by_id == user.pk and self.claimed_until and self.claimed_until > now)

    def may_be_taken_by(self, user: User) -> bool:
        """Whether this person may choose the call: his own, his role's, or as a stand-in."""
        if self.owner_id == user.pk or user.role in STAND_INS:
            return True
        unowned = self.owner is None or not self.owner.is_active
        return unowned and (self.role == user.role or (not self.role and user.role in self.kind.roles))

    @staticmethod
    def must_be_named(by: User) -> None:
        """Calls are made under a person's own name: no administrator, no shared account."""
        if by.is_shared or by.role == Role.ADMINISTRATOR:
            raise DomainError(
                translate(
                    "A call is logged under the agent's own name. Log in with your own account to call."
                ),
                code="not_under_own_name",
            )

    @transaction.atomic
    def claim(self, *, by: User, now: datetime | None = None) -> None:
        """Take this very call, at any hour, with all open calls of its customer.

        Raises DomainError when it is not this person's to make, is held up or finished, or when a
        colleague is speaking with the customer. Without a number it turns into a correction.
        """
        self.must_be_named(by)
        self.lock()
        self._must_be_open()
        if not self.may_be_taken_by(by):
            raise DomainError(
                _("%(call)s belongs to %(owner)s. Ask a supervisor to take it over.")
                % {"call": self, "owner": self.owner or self.get_role_display() or self.kind.label},
                code="call_of_another",
            )
        now = now or clock.now()
        if self.opens_on > timezone.localdate(now):
            raise DomainError(
                _("%(call)s may be made from %(day)s on.") % {"call": self, "day": self.opens_on},
                code="not_open_yet",
            )
        if not self.customer.phone:
            self.ask_for_number(by=by)
            return
        self._take_or_refuse(by, now)

    def take(self, user: User, now: datetime) -> bool:
        """Under the customer's lock: judge again, then claim all his open calls. False when too late."""
        self.refresh_from_db(fields=["state", "due_at"])
        if self.state != self.State.OPEN or self.due_at > now:
            return False
        return self._claim_all(user, now)

    def _claim_all(self, user: User, now: datetime) -> bool:
        theirs = type(self).objects.filter(customer_id=self.customer_id, state=self.State.OPEN)
        if theirs.filter(claimed_until__gt=now).exclude(claimed_by=user).exclude(claimed_by=None).exists():
            return False
        theirs.update(claimed_by=user, claimed_until=now + LEASE, passed_by=None)
        self.claimed_by, self.claimed_until, self.passed_by = user, now + LEASE, None
        live.announce(self.store_id, "calls")
        return True

    def _take_or_refuse(self, by: User, now: datetime) -> None:
        if self.is_held_by(by, now):
            return
        type(self).objects.let_go(by)
        if not self._claim_all(by, now):
            holder = (
                User.objects.filter(
                    pk__in=type(self)
                    .objects.filter(
                        customer_id=self.customer_id, claimed_until__gt=now, state=self.State.OPEN
                    )
                    .values("claimed_by")
                )
                .exclude(pk=by.pk)
                .first()
            )
            raise DomainError(
                _("%(agent)s is speaking with %(customer)s now. Take another call.")
                % {"agent": holder, "customer": self.customer},
                code="customer_is_claimed",
            )

    @transaction.atomic
    def renew(self, *, by: User, now: datetime | None = None) -> bool:
        """The agent is still at it: the lease runs anew. False when it had lapsed and is no longer his."""
        until = (now or clock.now()) + LEASE
        held = type(self).objects.filter(customer_id=self.customer_id, claimed_by=by, state=self.State.OPEN)
        self.claimed_until = until
        return bool(held.change_free(claimed_until=until))

    @transaction.atomic
    def release(self, *, by: User) -> None:
        """Put the customer back; "next call" offers him to this person last."""
        self.lock()
        held = type(self).objects.filter(customer_id=self.customer_id, claimed_by=by, state=self.State.OPEN)
        held.update(claimed_by=None, claimed_until=None, passed_by=by)
        live.announce(self.store_id, "calls")
        self.refresh_from_db()
