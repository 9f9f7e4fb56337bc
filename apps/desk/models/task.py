"""Things somebody must do by a time."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models.event import Event, subject_key


class TaskQuerySet(StoreOwnedQuerySet):
    """Sets of tasks."""

    def open(self) -> Self:
        """Not done and not dropped."""
        return self.filter(done_at=None)

    def mine(self, user: User) -> Self:
        """Open tasks of this person: by name, or by role while nobody is named. Most urgent first."""
        return (
            self.visible_to(user)
            .open()
            .filter(Q(owner=user) | Q(owner=None, role=user.role))
            .order_by("due_at", "pk")
        )

    def about(self, obj: models.Model) -> Self:
        """Tasks that concern one row."""
        return self.filter(subject=subject_key(obj))


class Task(models.Model):
    """A to-do with an owner (a person, or a role of the store) and a due time.

    ``title`` is an English message id with ``params`` filled in, so each reader sees it in
    his own language. ``key`` makes creation idempotent: one open task per key.
    """

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    note = models.CharField(_("note"), max_length=500, blank=True)
    url = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices, blank=True)
    due_at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(done_at=None), name="one_open_task_per_key"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(role=""),
                name="task_has_an_owner_or_a_role",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "due_at"], name="task_open", condition=Q(done_at=None)),
            models.Index(fields=["subject"], name="task_subject"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The title in the reader's language."""
        return translate(self.title) % self.params

    @classmethod
    def put(cls, key: str, *, about: models.Model, **fields: Any) -> Task:
        """Create the task ``key``, or return the open one that is already there."""
        fields.setdefault("store_id", getattr(about, "store_id", None))
        if "store" in fields:
            fields.pop("store_id")
        task, _created = cls.objects.get_or_create(
            key=key, done_at=None, defaults={"subject": subject_key(about), **fields}
        )
        return task

    @transaction.atomic
    def complete(self, *, by: User | None, outcome: str = "") -> None:
        """Mark it done. A task that is done already is refused."""
        self.refresh_from_db(from_queryset=Task.objects.select_for_update(no_key=True))
        if self.done_at:
            raise DomainError(
                _("“%(task)s” is already done. Reload to see by whom.") % {"task": self.text},
                code="task_done",
            )
        self.done_at, self.done_by, self.outcome = clock.now(), by, outcome[:300]
        self.save(update_fields=["done_at", "done_by", "outcome"])
        Event.record("task.done", about=self, by=by, facts={"kind": self.kind})

    @classmethod
    def drop(cls, key: str, *, by: User | None, outcome: str) -> None:
        """Close the open task ``key`` because its ground is gone; nothing happens when there is none."""
        cls.objects.filter(key=key, done_at=None).update(
            done_at=clock.now(), done_by=by, outcome=outcome[:300]
        )
