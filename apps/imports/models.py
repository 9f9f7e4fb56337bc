"""What an import has done: enough to go on after a kill, to know a row again, and to undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.accounts.models.store import StoreOwnedQuerySet
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event


class ImportRunQuerySet(StoreOwnedQuerySet):
    """Sets of runs."""

    def unfinished(self) -> Self:
        """Running now, or killed on the way: the advisory lock of the store tells which."""
        return self.filter(state=ImportRun.State.RUNNING)


class ImportRun(models.Model):
    """One import of one folder into one store.

    ``counts`` is ``{kind: {"rows", "good", "repaired", "rejected", "duplicate", "skipped": int,
    "reasons": {outcome: {first reason: int}}}}``, complete once the run is finished.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running or interrupted")
        FINISHED = "finished", _("Finished")
        UNDONE = "undone", _("Undone")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+", verbose_name=_("store"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    operator = models.CharField(_("started by"), max_length=100)
    folder = models.CharField(_("folder"), max_length=500)
    digest = models.CharField(max_length=64)
    as_of = models.DateField(_("judged as of"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    counts = models.JSONField(default=dict)
    kept = models.PositiveIntegerField(_("kept when undone"), default=0)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None) | Q(~Q(state="running"), ended_at__isnull=False),
                name="import_run_ended_unless_running",
            )
        ]
        indexes = [models.Index(fields=["store", "-id"], name="import_run_of_store")]

    def __str__(self) -> str:
        return f"{self.pk} {self.folder}"

    @classmethod
    def to_continue(cls, store: Store, digest: str, as_of: date | None) -> ImportRun | None:
        """The unfinished run over the same contents, judged as of the same day. One query."""
        found = cls.objects.unfinished().filter(store=store, digest=digest)
        return (found.filter(as_of=as_of) if as_of else found).order_by("pk").last()

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=ImportRun.objects.select_for_update(no_key=True))

    @transaction.atomic
    def finish(self, counts: Mapping[str, Any]) -> None:
        """Every row has its verdict. Raises DomainError for a run that has ended."""
        self.lock()
        if self.state != self.State.RUNNING:
            raise DomainError(
                translate("Import %(run)s has ended already.") % {"run": self.pk}, code="import_ended"
            )
        self.counts = dict(counts)
        self._end(self.State.FINISHED, "import.finished")

    @transaction.atomic
    def close_undone(self, kept: int) -> None:
        """What could be removed is gone; ``kept`` rows are in use and stay."""
        self.lock()
        self.kept = kept
        self._end(self.State.UNDONE, "import.undone")

    def _end(self, state: str, kind: str) -> None:
        self.state, self.ended_at = state, clock.now()
        self.save(update_fields=["state", "ended_at", "counts", "kept"])
        rows = sum(kind_counts.get("rows", 0) for kind_counts in self.counts.values())
        Event.record(kind, about=self, by=self.by, facts={"run": self.pk, "rows": rows, "kept": self.kept})


class ImportedRowQuerySet(models.QuerySet["ImportedRow"]):
    """Sets of things that imports made."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's stores."""
        return self.filter(store_id__in=user.visible_store_ids)

    def known(self, store: Store, kind: str, keys: Iterable[str]) -> dict[str, ImportedRow]:
        """``{key: row}`` of what was imported for ``store`` under ``keys``. One query."""
        rows = self.filter(store=store, kind=kind, key__in=set(keys) - {""})
        return {row.key: row for row in rows}

    def making(self, kind: str, outer: str = "pk") -> Exists:
        """The condition that the row ``outer`` was made as ``kind``, for a filter on its own table."""
        return Exists(ImportedRow.objects.filter(kind=kind, object_id=OuterRef(outer)))


class ImportedRow(models.Model):
    """One row of our tables that a run made, and the row of the file it came from.

    ``key`` and ``fingerprint`` know the file's row again in a later run; they are empty for things made
    beside it (a reading, an owner to be found). ``outcome`` and ``reasons`` are its verdict, so that a run
    that was killed and goes on reports what it would have.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customers", _("customers")
        VEHICLE = "vehicles", _("vehicles")
        VISIT = "history", _("visits")
        OWNER = "owner", _("owners to be found")
        READING = "reading", _("readings")
        STATED = "stated", _("stated mileages")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="made")
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.BigIntegerField()
    key = models.CharField(max_length=80, blank=True)
    fingerprint = models.BinaryField(max_length=16, default=b"")
    file = models.CharField(max_length=300, blank=True)
    row = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, blank=True)
    reasons = models.JSONField(default=list)

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind", "key"], condition=~Q(key=""), name="imported_key_once"
            ),
            models.UniqueConstraint(fields=["kind", "object_id"], name="imported_object_once"),
        ]
        indexes = [models.Index(fields=["run", "kind", "id"], name="imported_of_run")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class RejectedRowQuerySet(models.QuerySet["RejectedRow"]):
    """Sets of rows that stayed out."""

    def visible_to(self, user: User) -> Self:
        """Those of the user's stores."""
        return self.filter(run__store_id__in=user.visible_store_ids)


class RejectedRow(models.Model):
    """A row of a file that was rejected, and why. Its contents stay in the file."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejected")
    file = models.CharField(_("file"), max_length=300)
    row = models.PositiveIntegerField(_("row"))
    reasons = models.JSONField()

    objects = RejectedRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "file", "row"], name="rejected_row_once")]

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"
