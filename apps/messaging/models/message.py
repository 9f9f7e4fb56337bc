"""The outbox: every message to a customer, planned, sent or not, and why.

Sending is at most once automatically: claimed, marked *sending* with our reference, sent,
marked. A crash in between leaves *unknown*; the provider is asked a few times, then a person
decides. What the provider took may still not arrive: its receipt says so, late or twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.core.registry import registry
from apps.desk.models import Event
from apps.desk.models.event import subject_key
from apps.messaging.models.gateway import Gateway

if TYPE_CHECKING:
    from apps.messaging.models.receipt import Receipt

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 4
ASKED_AFTER = tuple(timedelta(minutes=n) for n in (1, 5, 15, 60))
"""The provider is asked what became of an unknown one so long after each time before; then a person is."""


class MessageQuerySet(StoreOwnedQuerySet):
    """Sets of messages."""

    def about(self, obj: models.Model) -> Self:
        """The ledger of one row: everything planned, sent or not, in order of time."""
        return self.filter(subject=subject_key(obj)).order_by("planned_at", "pk")

    def to(self, phone: str) -> Self:
        """Everything planned, sent or not for one number, the latest first; nothing for no number."""
        return (self.filter(phone=phone) if phone else self.none()).order_by("-planned_at", "-pk")

    def due(self, now: datetime) -> Self:
        """Planned, and its moment has come."""
        return self.filter(state=Message.State.PLANNED, planned_at__lte=now)

    def stranded(self, now: datetime) -> Self:
        """Being sent by a worker that has died: nobody knows whether it went."""
        return self.filter(state=Message.State.SENDING, leased_until__lte=now)

    def to_ask(self, now: datetime) -> Self:
        """Unknown, and the provider has not been asked often enough."""
        return self.filter(state=Message.State.UNKNOWN, ask_at__lte=now)

    def unresolved(self) -> Self:
        """What a person must look at: failed, or unknown to the provider too."""
        return self.filter(Q(state=Message.State.FAILED) | Q(state=Message.State.UNKNOWN, ask_at=None))

    def went_to(self, phones: list[str], since: datetime) -> Self:
        """What went, or may have gone, to numbers by the house's own wish, in order of time."""
        went = [Message.State.SENT, Message.State.SENDING, Message.State.UNKNOWN]
        rows = self.filter(phone__in=phones, state__in=went, tried_at__gt=since, answers_customer=False)
        return rows.order_by("tried_at", "pk")

    @transaction.atomic
    def claim(self, now: datetime, *, limit: int = 50) -> list[Message]:
        """Mark up to ``limit`` due messages *sending*; concurrent workers get disjoint sets.

        Committed before anything is sent, so a crash leaves *sending*, never *planned*.
        """
        due = self.due(now).order_by("planned_at", "pk").select_related("store")
        due = due.select_for_update(skip_locked=True, of=("self",))
        rows: list[Message] = list(due[:limit])  # type: ignore[arg-type]  # a generic set of messages
        marks = {"state": Message.State.SENDING, "leased_until": now + LEASE, "tried_at": now}
        number = Concat(Value("dms-"), "pk", Value("-"), F("attempts") + 1, output_field=models.CharField())
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            **marks, attempts=F("attempts") + 1, reference=number
        )
        for row in rows:
            row.attempts += 1
            row.reference = f"dms-{row.pk}-{row.attempts}"
            for name, value in marks.items():
                setattr(row, name, value)
        return rows


class Message(models.Model):
    """One message to one phone. ``key`` makes planning idempotent: one live row per key.

    ``kind`` names the registered message kind, which decides at the moment of sending whether
    it still goes and renders the text; ``subject`` is the row it speaks of.
    """

    class Delivery(models.TextChoices):
        DELIVERED = "delivered", pgettext_lazy("a message", "Arrived")
        UNDELIVERED = "undelivered", _("Did not arrive")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        SUPPRESSED = "suppressed", _("Not sent, on purpose")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Outcome unknown")

    NEXT: dict[str, set[Any]] = {
        State.PLANNED: {State.SENDING, State.SUPPRESSED},
        State.SENDING: {State.SENT, State.PLANNED, State.FAILED, State.UNKNOWN, State.SUPPRESSED},
        State.UNKNOWN: {State.SENT, State.FAILED, State.PLANNED},
        State.SENT: {State.FAILED},
        State.SUPPRESSED: set(),
        State.FAILED: {State.SENT},
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    thread = models.CharField(max_length=80)
    phone = models.CharField(_("phone"), max_length=20)
    params = models.JSONField(default=dict)
    answers_customer = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    planned_at = models.DateTimeField(_("planned for"))
    useless_after = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reference = models.CharField(max_length=60, blank=True)
    tried_at = models.DateTimeField(null=True)
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, related_name="+")
    provider_id = models.CharField(max_length=80, blank=True)
    asks = models.PositiveSmallIntegerField(default=0)
    ask_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivery = models.CharField(_("receipt"), max_length=12, choices=Delivery.choices, blank=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    spoken_of: Any = None
    """The row that it speaks of, as its kind has read it for many at once."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["planned", "sending"]), name="one_live_message_per_key"
            ),
            models.CheckConstraint(
                condition=~Q(state="suppressed") | ~Q(reason=""), name="suppressed_message_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["planned_at"], name="message_due", condition=Q(state="planned")),
            models.Index(fields=["store", "-planned_at"], name="message_outbox"),
            models.Index(fields=["subject"], name="message_subject"),
            models.Index(fields=["phone", "-planned_at"], name="message_phone"),
            models.Index(fields=["reference"], name="message_reference", condition=~Q(reference="")),
            models.Index(
                fields=["gateway", "provider_id"], name="message_provider_id", condition=~Q(provider_id="")
            ),
            models.Index(fields=["ask_at"], name="message_to_ask", condition=Q(state="unknown")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.get_state_display()}"

    @property
    def label(self) -> Any:
        """What kind of message it is, for people."""
        kind = registry.messages.get(self.kind)
        return kind.label if kind else self.kind

    @property
    def masked_phone(self) -> str:
        """Enough of the number to recognise it."""
        return phones.mask(self.phone) if self.phone else ""

    @classmethod
    def plan(
        cls,
        kind: str,
        *,
        about: Any,
        key: str,
        phone: str,
        at: datetime,
        useless_after: datetime | None = None,
        params: dict[str, Any] | None = None,
        answers_customer: bool = False,
    ) -> Message:
        """Plan a message, or move the planned one of the same ``key`` to what holds now.

        ``about`` gives store and thread. ``at`` is already outside quiet hours
        (``messaging.quiet.permitted``). ``answers_customer`` marks an answer to the
        customer's own act, which opt-out and quiet hours do not stop. One or two statements.
        """
        fields = {
            "store_id": about.store_id,
            "kind": kind,
            "subject": subject_key(about),
            "object_id": about.pk,
            "thread": getattr(about, "event_thread", ""),
            "phone": phone,
            "params": params or {},
            "planned_at": at,
            "useless_after": useless_after,
            "answers_customer": answers_customer,
        }
        if cls.objects.filter(key=key, state=cls.State.PLANNED).update(**fields):
            return cls.objects.get(key=key, state=cls.State.PLANNED)
        return cls.objects.create(key=key, created_at=clock.now(), **fields)

    @classmethod
    def record_suppressed(cls, kind: str, *, about: Any, key: str, phone: str, reason: str) -> Message:
        """A ledger row for a message that was never planned, so that "why did I get none?" has an answer."""
        now = clock.now()
        return cls.objects.create(
            kind=kind,
            key=key,
            store_id=about.store_id,
            subject=subject_key(about),
            object_id=about.pk,
            thread=getattr(about, "event_thread", ""),
            phone=phone,
            state=cls.State.SUPPRESSED,
            reason=reason,
            planned_at=now,
            created_at=now,
        )

    @classmethod
    def withdraw(cls, about: models.Model, reason: str, *, kinds: list[str] | None = None) -> int:
        """Suppress what is still planned about a row ("cancelled", "arrived"); returns how many."""
        planned = cls.objects.about(about).filter(state=cls.State.PLANNED)
        if kinds is not None:
            planned = planned.filter(kind__in=kinds)
        return planned.update(state=cls.State.SUPPRESSED, reason=reason)

    def _move(self, to: Message.State, *, reason: str = "", **fields: Any) -> None:
        if to not in self.NEXT[self.state]:
            raise DomainError(
                _("This message is %(now)s; it cannot become %(to)s.")
                % {"now": self.get_state_display(), "to": to.label},
                code="message_state",
            )
        self.state, self.reason = to, str(reason)[:200]
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "reason", *fields])

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Message.objects.select_for_update(no_key=True))

    def suppress(self, reason: str) -> None:
        """Not sent, on purpose, and why."""
        self._move(self.State.SUPPRESSED, reason=reason)

    def wait_out(self, until: datetime | None, reason: str) -> None:
        """Go on at ``until``, or not at all when that would be too late. The attempt does not count."""
        if until is None or (self.useless_after is not None and until >= self.useless_after):
            self.suppress(reason)
        else:
            attempts = max(0, self.attempts - 1)
            self._move(self.State.PLANNED, reason=reason, planned_at=until, attempts=attempts)

    def hold(self, gateway: Gateway | None, now: datetime) -> bool:
        """Just before it is sent, through which account; False when it is not ours any more.

        Without an account, and long before the lease ends, nothing needs to be written.
        """
        if gateway is None and self.leased_until is not None and self.leased_until - now > LEASE / 2:
            return True
        self.gateway = gateway
        mine = Message.objects.filter(pk=self.pk, state=self.State.SENDING, reference=self.reference)
        return bool(mine.update(leased_until=now + LEASE, tried_at=now, gateway=gateway))

    def went_out(self, text: str, now: datetime) -> bool:
        """``mark_sent`` in one statement, for a way that sends no receipts; False when it is not ours."""
        mine = Message.objects.filter(pk=self.pk, state=self.State.SENDING, reference=self.reference)
        return bool(mine.update(state=self.State.SENT, reason="", text=text, sent_at=now))

    def mark_sent(self, text: str, *, now: datetime, provider_id: str = "") -> None:
        """The provider took it."""
        self._move(
            self.State.SENT,
            text=text,
            sent_at=now,
            provider_id=provider_id[:80] or self.provider_id,
            ask_at=None,
        )

    def mark_unknown(self, text: str = "", *, now: datetime) -> None:
        """Nobody can say whether it went: the provider is asked, at last a person decides."""
        asks = self.asks + 1 if self.state == self.State.UNKNOWN else 0
        ask_at = now + ASKED_AFTER[asks] if asks < len(ASKED_AFTER) else None
        if self.state == self.State.UNKNOWN:
            self.asks, self.ask_at = asks, ask_at
            self.save(update_fields=["asks", "ask_at"])
        else:
            reason = gettext_noop("No answer from the provider")
            self._move(self.State.UNKNOWN, reason=reason, text=text or self.text, asks=asks, ask_at=ask_at)

    def mark_refused(self, text: str, detail: str, *, now: datetime) -> None:
        """The provider certainly did not take it: again with back-off, or at last a call instead."""
        again_at = now + timedelta(minutes=2**self.attempts)
        too_late = self.useless_after is not None and again_at >= self.useless_after
        if self.attempts >= MAX_ATTEMPTS or too_late:
            self._move(self.State.FAILED, reason=detail, text=text, ask_at=None)
            self.tell_failure()
        else:
            self._move(self.State.PLANNED, reason=detail, planned_at=again_at, ask_at=None)

    def hear(self, receipt: Receipt, *, now: datetime) -> None:
        """A receipt: an arrival is final, whatever else is told before or after. Locked by the caller.

        While the message is still being sent the receipt waits for the mark.
        """
        if self.state not in (self.State.SENT, self.State.UNKNOWN, self.State.FAILED):
            return
        if self.delivery == self.Delivery.DELIVERED:
            return
        if receipt.delivered:
            self.delivery, self.delivered_at = self.Delivery.DELIVERED, receipt.received_at
            if self.state == self.State.SENT:
                self.save(update_fields=["delivery", "delivered_at"])
            else:
                self._move(
                    self.State.SENT,
                    sent_at=self.sent_at or now,
                    ask_at=None,
                    delivery=self.delivery,
                    delivered_at=self.delivered_at,
                )
        elif self.state != self.State.FAILED:
            reason = receipt.detail or str(gettext_noop("Not delivered"))
            self._move(self.State.FAILED, reason=reason, ask_at=None, delivery=self.Delivery.UNDELIVERED)
            if self.useless_after is None or now < self.useless_after:
                self.tell_failure()

    def tell_failure(self) -> None:
        """Let the message's kind turn the failure into somebody's call."""
        kind = registry.messages.get(self.kind)
        if kind and kind.failed:
            kind.failed(self)

    @transaction.atomic
    def resolve(self, *, went: bool, by: User) -> None:
        """A person says what became of a message whose outcome was unknown (else ``message_state``)."""
        self.lock()
        if self.state != self.State.UNKNOWN:
            raise DomainError(
                _("What became of this message is known: %(state)s.") % {"state": self.get_state_display()},
                code="message_state",
            )
        to = self.State.SENT if went else self.State.FAILED
        self._move(to, reason=gettext_noop("Settled by hand"), ask_at=None)
        Event.record("message.resolved", about=self, by=by, thread=self.thread, facts={"went": went})
        if not went:
            self.tell_failure()
