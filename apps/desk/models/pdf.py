"""Documents that a worker makes. The row is the queue; WeasyPrint never runs in a web process."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock
from apps.desk.models.event import subject_key
from apps.desk.models.file import File

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5


class PdfJobQuerySet(StoreOwnedQuerySet):
    """Sets of documents to be made."""

    def open(self) -> Self:
        """Not made yet and not given up."""
        return self.filter(file=None, attempts__lt=MAX_ATTEMPTS)

    @transaction.atomic
    def claim(self, now: datetime) -> PdfJob | None:
        """Lease the oldest due document; concurrent workers get different ones."""
        due = self.open().filter(due_at__lte=now).order_by("pk")
        job: PdfJob | None = due.select_for_update(skip_locked=True).first()  # type: ignore[assignment]  # a generic set
        if job is not None:
            job.due_at = now + LEASE
            job.attempts = F("attempts") + 1
            job.save(update_fields=["due_at", "attempts"])
            job.refresh_from_db(fields=["attempts"])
        return job


class PdfJob(models.Model):
    """One document: ``kind`` names the registered renderer, ``object_id`` its row.

    ``sha256`` is the hash of what is printed (a frozen version); it is printed on its face.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    language = models.CharField(max_length=10)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")

    objects = PdfJobQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id", "language"], name="pdf_once")]
        indexes = [models.Index(fields=["due_at"], name="pdf_due", condition=Q(file=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    @classmethod
    def ask(
        cls, kind: str, about: models.Model, *, store: Store, by: User | None, language: str | None = None
    ) -> PdfJob:
        """Ask for a document once; asking again returns the same job. Call inside the transaction
        that froze its content, and ``nudge("desk.render_pdfs")`` to have it soon."""
        now = clock.now()
        job, _created = cls.objects.get_or_create(
            kind=kind,
            object_id=about.pk,
            language=language or settings.LANGUAGE_CODE,
            defaults={
                "store": store,
                "subject": subject_key(about),
                "requested_by": by,
                "requested_at": now,
                "due_at": now,
            },
        )
        return job
