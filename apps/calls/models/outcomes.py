"""What came of a call: attempts under the agent's own name, and how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.calls import hours
from apps.calls.models.attempt import Attempt
from apps.calls.models.base import TRIES
from apps.calls.models.claims import Claimable
from apps.core import clock
from apps.core.errors import DomainError

Outcome = Attempt.Outcome


class Answerable(Claimable):
    """Attempts and completion. Saving an attempt never completes a call; ``complete`` does."""

    class Meta:
        abstract = True

    @transaction.atomic
    def record_attempt(
        self,
        outcome: str,
        *,
        by: User,
        note: str = "",
        again_at: datetime | None = None,
        seen: int | None = None,
        now: datetime | None = None,
    ) -> Attempt:
        """One try to reach the customer, written to each of his due calls that ``by`` may make.

        Unreached, they come back at ``again_at`` (within two days; within a fortnight when the
        customer himself named the time), by default on the next working day in the other half of
        the day. A wrong number holds them up until it is corrected. ``seen`` is the number of
        attempts on the page that was answered: another one in between is refused. Raises DomainError.
        """
        now = now or clock.now()
        self.must_be_named(by)
        self.lock()
        self._must_be_open()
        if seen is not None and seen != self.attempt_count:
            raise DomainError(
                _("An attempt on %(call)s was recorded meanwhile. Reload the page before you add another.")
                % {"call": self},
                code="stale",
            )
        self._take_or_refuse(by, now)
        back_at = self.comes_back_at(outcome, again_at, now)
        calls = [self, *self.other_reasons(by, now)]
        fields = {"made_by": by, "made_at": now, "outcome": outcome, "note": note[:300], "again_at": back_at}
        attempts = Attempt.objects.bulk_create(Attempt(call_id=call.pk, **fields) for call in calls)
        for call in calls:
            call._note_outcome(outcome, back_at, wished=again_at is not None, now=now)
            call._record("call.attempted", by=by, facts={"outcome": str(outcome)})
        if outcome == Outcome.WRONG_NUMBER:
            self.ask_for_number(by=by)
        elif outcome != Outcome.REACHED:
            self._end_conversation()
        return attempts[0]

    def other_reasons(self, by: User, now: datetime | None = None) -> list[Answerable]:
        """Further due calls to the same customer that ``by`` may make: one conversation for all."""
        due = type(self).objects.visible_to(by).due(now or clock.now()).workable_by(by)
        return list(
            due.filter(customer_id=self.customer_id)
            .exclude(pk=self.pk)
            .select_related("customer", "vehicle", "store")
            .order_by("closes_on", "pk")
        )

    def comes_back_at(self, outcome: str, again_at: datetime | None, now: datetime) -> datetime | None:
        """When the call comes back after ``outcome``; None when it does not. Raises DomainError."""
        if outcome in (Outcome.REACHED, Outcome.WRONG_NUMBER):
            return None
        spans = hours.of(self.store_id, now)
        if again_at is None:
            return hours.comes_back_at(spans, now, self.customer.preferred_hours)
        if again_at <= now:
            raise DomainError(
                translate("“Again at” lies in the past. Choose a later time."), code="again_in_the_past"
            )
        latest = hours.latest_again(spans, now, wished=outcome == Outcome.CALL_LATER)
        if again_at > latest:
            raise DomainError(
                _("An unanswered call comes back by %(latest)s at the latest. Choose an earlier time.")
                % {"latest": f"{timezone.localtime(latest):%Y-%m-%d %H:%M}"},
                code="again_too_late",
            )
        return again_at

    def _note_outcome(self, outcome: str, back_at: datetime | None, *, wished: bool, now: datetime) -> None:
        self.attempt_count += 1
        if outcome == Outcome.REACHED:
            self.reached_at = now
        else:
            self.unreached_count += 1
            self.due_at = back_at or self.due_at
            self.is_agreed_time = wished and outcome == Outcome.CALL_LATER
        self.save(
            update_fields=["attempt_count", "reached_at", "unreached_count", "due_at", "is_agreed_time"]
        )

    def _end_conversation(self) -> None:
        type(self).objects.filter(customer_id=self.customer_id, state=self.State.OPEN).update(
            claimed_by=None, claimed_until=None
        )
        self.claimed_by, self.claimed_until = None, None

    @transaction.atomic
    def complete(
        self, *, by: User, person_spoken_to: str, note: str = "", now: datetime | None = None
    ) -> None:
        """The customer was reached and the queue's form is filled in: done.

        Called by the view of the queue's form, in its transaction. Keeps the customer's name and
        number as they were called, the caller, the time and the days since the previous level.
        """
        self.must_be_named(by)
        self.lock()
        self._must_be_open()
        now = now or clock.now()
        self._take_or_refuse(by, now)
        if self.reached_at is None:
            raise DomainError(
                _("Nobody has been reached for %(call)s yet. Record the attempt “Reached”, then complete it.")
                % {"call": self},
                code="not_reached",
            )
        if not person_spoken_to.strip():
            raise DomainError(translate("Enter whom you spoke to."), code="person_missing")
        self._finish(self.State.DONE, by=by, person_spoken_to=person_spoken_to.strip()[:60], note=note)

    @transaction.atomic
    def complete_unreached(self, *, by: User, note: str = "") -> None:
        """Give up after the second attempt that reached nobody."""
        self.must_be_named(by)
        self.lock()
        self._must_be_open()
        self._take_or_refuse(by, clock.now())
        if self.unreached_count < TRIES:
            raise DomainError(
                _("%(call)s has %(n)d unanswered attempt(s). After the second it can be closed as unreached.")
                % {"call": self, "n": self.unreached_count},
                code="too_few_attempts",
            )
        self._finish(self.State.UNREACHED, by=by, person_spoken_to="", note=note)

    def _finish(self, to: Answerable.State, *, by: User, person_spoken_to: str, note: str) -> None:
        now = clock.now()
        days = None
        if self.previous_on:
            days = (timezone.localdate(now) - self.previous_on) // timedelta(days=1)
        self._move(
            to,
            by=by,
            finished_at=now,
            finished_by=by,
            person_spoken_to=person_spoken_to,
            note=note,
            customer_name=self.customer.name,
            customer_phone=self.customer.phone,
            days_since_previous=days,
        )
