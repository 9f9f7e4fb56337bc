"""One completed callback on its way to the maker's system."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.calls.models import Call
from apps.desk.models import Event

LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def new_reference() -> str:
    """What the maker's system knows the row by: the same at every try."""
    return uuid.uuid4().hex


class UploadQuerySet(StoreOwnedQuerySet):
    """Sets of uploads."""

    def to_send(self, now: datetime) -> Self:
        """Due, and nobody is at it."""
        waiting = Q(state__in=["waiting", "unknown"], due_at__lte=now)
        return self.filter(waiting | Q(state="sending", leased_until__lte=now))

    @transaction.atomic
    def claim(self, now: datetime, limit: int) -> list[Upload]:
        """Up to ``limit`` due rows, oldest first, leased. ``was_unknown`` says that one may have arrived."""
        rows: Any = list(
            self.to_send(now)
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .order_by("due_at", "pk")[:limit]
        )
        for row in rows:
            row.was_unknown = row.state != Upload.State.WAITING
        self.filter(pk__in=[row.pk for row in rows]).update(state="sending", leased_until=now + LEASE)
        return rows


class Upload(models.Model):
    """What became of one call's record. Sent at most once: what nobody answered is asked for first."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be sent")
        SENDING = "sending", _("On its way")
        ACCEPTED = "accepted", pgettext_lazy("by the maker", "Accepted")
        REFUSED = "refused", pgettext_lazy("by the maker", "Refused")
        UNKNOWN = "unknown", _("No answer yet")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=32, unique=True, default=new_reference)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    maker_id = models.CharField(_("number at the maker"), max_length=60, blank=True)
    detail = models.CharField(_("what the maker says"), max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    was_unknown = False

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refused"]) | Q(settled_at__isnull=False),
                name="settled_upload_says_when",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="upload_due", condition=Q(state__in=["waiting", "unknown", "sending"])
            ),
            models.Index(fields=["store", "-id"], name="upload_list"),
        ]

    def __str__(self) -> str:
        return str(self.call)

    def settle(self, state: str, now: datetime, *, detail: str = "", maker_id: str = "") -> None:
        """The maker took it, or refused it."""
        self.state, self.detail, self.settled_at = state, detail[:300], now
        self.maker_id = maker_id[:60] or self.maker_id
        self._keep()

    def put_off(self, state: str, now: datetime, detail: str) -> None:
        """Not settled: tried again after a minute, then two, four, at most an hour."""
        self.state, self.detail = state, detail[:300]
        self.due_at = now + min(FIRST_WAIT * 2 ** min(self.tries, 6), LONGEST_WAIT)
        self.tries = min(self.tries + 1, 1000)
        self._keep()

    def _keep(self) -> None:
        self.leased_until = None
        self.save(
            update_fields=["state", "detail", "settled_at", "maker_id", "due_at", "tries", "leased_until"]
        )

    @transaction.atomic
    def send_again(self, *, by: User, now: datetime) -> bool:
        """What was wrong is corrected: a refused row goes once more. False when it is none."""
        changed = (
            type(self)
            .objects.filter(pk=self.pk, state=self.State.REFUSED)
            .update(state=self.State.WAITING, due_at=now, settled_at=None, detail="", tries=0)
        )
        if changed:
            Event.record("upload.repeated", about=self, by=by, thread=self.call.event_thread)
        return bool(changed)
