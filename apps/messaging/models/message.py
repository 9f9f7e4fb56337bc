"""The outbox: every message to a customer, planned, sent or not, and why.

Sending is at most once automatically: claimed, marked *sending* with our reference, sent,
marked. A crash in between leaves *unknown*, which only a person or the provider's answer
resolves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.core.registry import registry
from apps.desk.models import Event
from apps.desk.models.event import subject_key

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 4


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

    def unresolved(self) -> Self:
        """What a person must look at."""
        return self.filter(state__in=[Message.State.UNKNOWN, Message.State.FAILED])

    @transaction.atomic
    def claim(self, now: datetime, *, limit: int = 50) -> list[Message]:
        """Mark up to ``limit`` due messages *sending*; concurrent workers get disjoint sets.

        Committed before anything is sent, so a crash leaves *sending*, never *planned*.
        """
        due = self.due(now).order_by("planned_at", "pk").select_for_update(skip_locked=True)
        rows: list[Message] = list(due[:limit])  # type: ignore[arg-type]  # a generic set of messages
        for row in rows:
            row.state = Message.State.SENDING
            row.leased_until = now + LEASE
            row.attempts += 1
            row.reference = f"dms-{row.pk}-{row.attempts}"
        Message.objects.bulk_update(rows, ["state", "leased_until", "attempts", "reference"])
        return rows


class Message(models.Model):
    """One message to one phone. ``key`` makes planning idempotent: one live row per key.

    ``kind`` names the registered message kind, which decides at the moment of sending whether
    it still goes and renders the text; ``subject`` is the row it speaks of.
    """

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
        State.UNKNOWN: {State.SENT, State.FAILED},
        State.SENT: set(),
        State.SUPPRESSED: set(),
        State.FAILED: set(),
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
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

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

    def wait_out(self, until: datetime | None) -> None:
        """Quiet hours: go on at ``until``, or not at all when that would be too late."""
        if until is None:
            self.suppress(gettext_noop("Quiet hours"))
        else:
            self._move(self.State.PLANNED, reason=gettext_noop("Quiet hours"), planned_at=until)

    def mark_sent(self, text: str, *, now: datetime) -> None:
        """The provider took it."""
        self._move(self.State.SENT, text=text, sent_at=now)

    def mark_unknown(self, text: str = "") -> None:
        """Nobody can say whether it went: a person, or the provider's answer, decides."""
        self._move(
            self.State.UNKNOWN, reason=gettext_noop("No answer from the provider"), text=text or self.text
        )

    def mark_refused(self, text: str, detail: str, *, now: datetime) -> None:
        """The provider certainly did not take it: again with back-off, or at last a call instead."""
        again_at = now + timedelta(minutes=2**self.attempts)
        too_late = self.useless_after is not None and again_at >= self.useless_after
        if self.attempts >= MAX_ATTEMPTS or too_late:
            self._move(self.State.FAILED, reason=detail, text=text)
            self.tell_failure()
        else:
            self._move(self.State.PLANNED, reason=detail, planned_at=again_at)

    def tell_failure(self) -> None:
        """Let the message's kind turn the failure into somebody's call."""
        kind = registry.messages.get(self.kind)
        if kind and kind.failed:
            kind.failed(self)

    @transaction.atomic
    def resolve(self, *, went: bool, by: User) -> None:
        """A person says what became of a message whose outcome was unknown."""
        self.lock()
        self._move(self.State.SENT if went else self.State.FAILED, reason=gettext_noop("Settled by hand"))
        Event.record("message.resolved", about=self, by=by, thread=self.thread, facts={"went": went})
        if not went:
            self.tell_failure()
