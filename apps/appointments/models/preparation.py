"""What must be ready before the customer comes, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.appointments.models.appointment import Appointment, AppointmentQuerySet
from apps.core.errors import DomainError


class StepQuerySet(models.QuerySet["PreparationStep"]):
    """Sets of steps."""

    def visible_to(self, user: User) -> Self:
        """Steps of the appointments that ``user`` may see."""
        return self.filter(appointment__store_id__in=user.visible_store_ids)

    def open(self) -> Self:
        """Neither done, failed nor needless."""
        return self.filter(state=PreparationStep.State.OPEN)

    def to_begin(self, now: datetime) -> Self:
        """Their day has come and nobody has been asked yet, in the order in which they follow each other."""
        return self.open().filter(opens_at__lte=now, opened_at=None).order_by("opens_at", "pk")

    def unready(self) -> Self:
        """What stands in the way of "prepared"."""
        return self.filter(state__in=[PreparationStep.State.OPEN, PreparationStep.State.FAILED])


def with_preparation(rows: AppointmentQuerySet) -> AppointmentQuerySet:
    """``rows`` with ``is_prepared``: there are steps, none open or failed. In the same query."""
    steps = PreparationStep.objects.filter(appointment=OuterRef("pk"))
    return rows.annotate(is_prepared=Exists(steps) & ~Exists(steps.unready()))


class PreparationStep(models.Model):
    """One step of the preparation chain of one appointment.

    ``opens_at`` is when its owner is asked, ``due_at`` by when it is done; ``opened_at`` when he was asked.
    ``arrives_at`` is the arrival it was planned for.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("Confirmation call")
        PARTS = "parts", _("Parts checked and ordered")
        SHELF = "shelf", _("Parts on the appointment's shelf")
        FIX = "fix", _("Bay and technician fixed")
        TOOLS = "tools", _("Special tools checked")
        PACK = "pack", _("Document pack printed")

    class State(models.TextChoices):
        OPEN = "open", _("To be done")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not possible")
        NEEDLESS = "needless", _("Not needed any more")

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="steps")
    kind = models.CharField(_("step"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    arrives_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    opened_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appointment", "kind"], name="preparation_step_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="preparation_settled_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(note=""), name="preparation_failed_says_why"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_at"], name="preparation_to_begin", condition=Q(state="open", opened_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done; what failed can be done after all."""
        return self.state in (self.State.OPEN, self.State.FAILED)

    def is_late(self, now: datetime) -> bool:
        """Whether it should have been done before ``now``."""
        return self.state == self.State.OPEN and self.due_at < now

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=PreparationStep.objects.select_for_update(no_key=True))

    def settle(self, to: Any, *, by: User | None, at: datetime, note: str = "") -> None:
        """Call through ``preparation``. What is done or needless stays so (``step_settled``)."""
        if not self.is_open:
            raise DomainError(
                _("“%(step)s” is settled already. Reload to see by whom.") % {"step": self},
                code="step_settled",
            )
        self.state, self.settled_by, self.settled_at, self.note = to, by, at, note.strip()[:300]
        self.save(update_fields=["state", "settled_by", "settled_at", "note"])
