"""History that people read, and reactions that must not be lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.core import clock
from apps.desk import subscriptions
from apps.desk.models.seal import Seal, committed, digest

MAX_ATTEMPTS = 10


def subject_key(obj: models.Model) -> str:
    """The opaque key of a row in histories: ``workorders.workorder:12``."""
    return f"{obj._meta.label_lower}:{obj.pk}"


class EventQuerySet(models.QuerySet):
    """Sets of events."""

    def visible_to(self, user: User) -> Self:
        """Events of the user's stores, and those of no store."""
        return self.filter(Q(store_id__in=user.visible_store_ids) | Q(store=None))

    def unsealed(self) -> Self:
        """Not in a sealed batch yet: those of the last minute."""
        return self.filter(seal=None)

    def forget(self) -> int:
        """Erase the personal values, and the salt without which nobody can guess them back.

        What was sealed is the commitment, so ``manage.py verify`` still passes. One query.
        """
        return self.update(personal={}, salt="")

    def story(self, thread: str) -> Self:
        """One thread's events, newest first."""
        return self.filter(thread=thread).select_related("actor").order_by("-pk")

    def about(self, *rows: models.Model | None) -> Self:
        """The events of one row, or of several that belong together (None is nothing), newest first."""
        keys = [subject_key(row) for row in rows if row is not None]
        return self.filter(subject__in=keys).select_related("actor").order_by("-pk")


class Event(models.Model):
    """Something that happened: who, what, to which row, in whose story.

    ``facts`` are impersonal; whatever names a person goes into ``personal``, which can be
    erased while the event stays: the history is sealed over ``commitment``, not over the values.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    thread = models.CharField(max_length=80)
    store = models.ForeignKey(Store, models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    personal = models.JSONField(default=dict)
    salt = models.CharField(max_length=32, blank=True)
    commitment = models.CharField(max_length=64, blank=True)
    seal = models.ForeignKey(Seal, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["thread", "-id"], name="event_thread"),
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["store", "id"], name="event_unsealed", condition=Q(seal=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @classmethod
    def record(
        cls,
        kind: str,
        *,
        about: models.Model,
        by: User | None,
        store: Store | int | None = None,
        thread: str = "",
        reason: str = "",
        facts: dict[str, Any] | None = None,
        personal: dict[str, Any] | None = None,
    ) -> Event:
        """Write the event and one delivery per subscriber, in the caller's transaction.

        ``store`` and ``thread`` default to ``about.store_id`` and ``about.event_thread``
        (a string), the thread at last to the row itself. Two inserts, one without subscribers.
        """
        store_id = store.pk if isinstance(store, Store) else store or getattr(about, "store_id", None)
        salt, commitment = committed(personal or {})
        event = cls.objects.create(
            kind=kind,
            subject=subject_key(about),
            thread=thread or getattr(about, "event_thread", "") or subject_key(about),
            store_id=store_id,
            actor=by,
            at=clock.now(),
            reason=reason,
            facts=facts or {},
            personal=personal or {},
            salt=salt,
            commitment=commitment,
        )
        EventDelivery.objects.bulk_create(
            EventDelivery(event=event, subscriber=name, thread=event.thread, due_at=event.at)
            for name in subscriptions.wanting(kind)
        )
        return event

    def leaf(self) -> str:
        """The digest of all that may never change; of the personal values only the commitment."""
        return digest(
            self.pk, self.kind, self.subject, self.thread, self.store_id, self.actor_id,
            self.at.astimezone(UTC).isoformat(), self.reason, self.facts, self.commitment,
        )  # fmt: skip


class EventDeliveryQuerySet(models.QuerySet):
    """Sets of deliveries."""

    def visible_to(self, user: User) -> Self:
        """Deliveries of events in the user's stores, and of no store."""
        return self.filter(Q(event__store_id__in=user.visible_store_ids) | Q(event__store=None))

    def open(self) -> Self:
        """Neither done nor given up."""
        return self.filter(done_at=None, dead_at=None)

    def dead(self) -> Self:
        """Given up after too many failures: a person must look."""
        return self.exclude(dead_at=None)

    def next_in_thread(self, now: datetime) -> Self:
        """Open, due, and the oldest open one of its subscriber and thread."""
        earlier = EventDelivery.objects.open().filter(
            subscriber=OuterRef("subscriber"),
            thread=OuterRef("thread"),
            event_id__lt=OuterRef("event_id"),
        )
        return self.open().filter(~Exists(earlier), due_at__lte=now)

    def deliver_one(self, now: datetime) -> EventDelivery | None:
        """Claim the next delivery and run its handler; None when nothing is due.

        Claim, reaction and mark commit together, so a killed worker leaves the row due and
        nothing half-done. There is no cursor: an event that commits late, with a lower id,
        is simply found open. A failure is kept on the row and tried again after
        5 s × 2^attempts (at most an hour), ten times; later events of the thread wait.
        """
        with transaction.atomic():
            delivery: EventDelivery | None = (
                self.next_in_thread(now)  # type: ignore[assignment]  # a generic set
                .select_related("event")
                .order_by("pk")
                .select_for_update(skip_locked=True, of=("self",))
                .first()
            )
            if delivery is not None:
                delivery.run(now)
            return delivery


class EventDelivery(models.Model):
    """One event on its way to one subscriber."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=60)
    thread = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = EventDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once_per_subscriber"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dead_at=None),
                name="delivery_not_both_done_and_dead",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subscriber", "thread", "event"],
                name="delivery_open",
                condition=Q(done_at=None, dead_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscriber}"

    def run(self, now: datetime) -> None:
        """Call the handler under a savepoint and mark the outcome."""
        self.attempts = F("attempts") + 1
        try:
            with transaction.atomic():
                subscriptions.SUBSCRIPTIONS[self.subscriber].handler(self.event)
        except Exception as error:  # any failure of a reaction is kept on its row
            self.error = f"{type(error).__name__}: {error}"[:2000]
            self.save(update_fields=["attempts", "error"])
            self.refresh_from_db(fields=["attempts"])
            self._back_off(now)
        else:
            self.done_at = now
            self.error = ""
            self.save(update_fields=["attempts", "done_at", "error"])

    def _back_off(self, now: datetime) -> None:
        if self.attempts >= MAX_ATTEMPTS:
            self.dead_at = now
            self.save(update_fields=["dead_at"])
        else:
            self.due_at = now + min(timedelta(seconds=5 * 2**self.attempts), timedelta(hours=1))
            self.save(update_fields=["due_at"])

    @transaction.atomic
    def revive(self, *, by: User) -> None:
        """Try a dead delivery again, from the beginning."""
        EventDelivery.objects.filter(pk=self.pk).exclude(dead_at=None).update(
            dead_at=None, attempts=0, due_at=clock.now()
        )
        Event.record("delivery.revived", about=self, by=by, store=self.event.store_id)


EVENT_TITLES: dict[str, Any] = {
    "delivery.revived": _("Delivery tried again"),
    "calendar.set": _("Working days set"),
    "calendar.withdrawn": _("Working days as published again"),
    "setting.set": _("Setting changed"),
    "setting.withdrawn": _("Planned setting withdrawn"),
}
"""Kind → sentence for people; each room adds its own in ``ready()``."""
