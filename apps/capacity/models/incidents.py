"""Something breaks for many cars at once: the card, what it blocks, and whom it touches."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models.resources import Resource
from apps.catalog.models import Part
from apps.core.errors import DomainError

NAMED = 4
"""So many things are named; of more only the number is said."""


class IncidentQuerySet(StoreOwnedQuerySet):
    """Sets of incidents."""

    def running(self) -> Self:
        """Not ended yet, announced ones included."""
        return self.filter(ended_at=None)

    def open(self) -> Self:
        """Running, or ended with records still to be rechecked."""
        return self.filter(done_at=None)

    def for_pages(self) -> Self:
        """With all that ``what`` and a page name. Two queries."""
        return self.select_related("store", "part", "opened_by").prefetch_related("resources")


class Incident(models.Model):
    """A mass incident (突发事件): one card, from its opening to the last recheck.

    Running until ``ended_at``, then a recheck list, done at ``done_at``. The verbs of ``incidents``
    write it. What it blocks is away (``Absence``) from ``starts_at`` to the estimate.
    """

    class Kind(models.TextChoices):
        LIFT = "lift", _("Lift or bay down")
        POWER = "power", _("Power cut")
        PART = "part", _("Part recalled or blocked")
        SYSTEM = "system", _("System down")
        OTHER = "other", pgettext_lazy("incident", "Something else")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(pgettext_lazy("incident", "kind"), max_length=8, choices=Kind.choices)
    text = models.CharField(_("sentence for the house"), max_length=100)
    is_whole_store = models.BooleanField(_("the whole store"), default=False)
    resources = models.ManyToManyField(Resource, through="IncidentResource", related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(_("since"))
    expected_end_at = models.DateTimeField(_("expected end"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    done_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_end_at__gt=F("starts_at")), name="incident_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(kind="part", part__isnull=False, is_whole_store=False)
                | (~Q(kind="part") & Q(part=None)),
                name="incident_of_a_part_names_it",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(ended_at__isnull=False), name="incident_done_has_ended"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="incident_says_what"),
            models.UniqueConstraint(
                fields=["store", "part"],
                condition=Q(ended_at=None, part__isnull=False),
                name="part_in_one_running_incident",
            ),
        ]
        indexes = [models.Index(fields=["store"], name="incident_open", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return self.text

    @property
    def what(self) -> str:
        """What is affected, named. Prefetch ``resources``."""
        if self.is_whole_store:
            return self.store.name
        if self.part is not None:
            return f"{self.part.code} {self.part.name}"
        names = [resource.name for resource in self.resources.all()]
        more = len(names) - NAMED
        return ", ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it runs although it should be over: a new estimate is due."""
        return self.is_running and self.expected_end_at <= now

    def lock(self, version: int | None = None) -> None:
        """Reload under a row lock. With ``version`` (what a page showed) a stale tab is refused."""
        self.refresh_from_db(from_queryset=Incident.objects.select_for_update(no_key=True))
        if version is not None and version != self.version:
            raise DomainError(
                _t("Somebody changed “%(incident)s” meanwhile. Reload the page, then decide.")
                % {"incident": self.text},
                code="stale",
            )

    def guard_running(self) -> None:
        """Refuse what makes sense only while it runs."""
        if not self.is_running:
            raise DomainError(
                _t("“%(incident)s” is over already. Reload the page.") % {"incident": self.text},
                code="incident_over",
            )


class IncidentResource(models.Model):
    """One thing that is blocked. ``is_running`` as long as the incident does: in one at a time."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="blocked")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    is_running = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "resource"], name="incident_names_resource_once"),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(is_running=True), name="resource_in_one_running_incident"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.resource_id}"


class IncidentRecordQuerySet(models.QuerySet):
    """Sets of affected records."""

    def visible_to(self, user: User) -> Self:
        """Records of the incidents that ``user`` may see."""
        return self.filter(incident__store_id__in=user.visible_store_ids)

    def unticked(self) -> Self:
        """Still to be rechecked."""
        return self.filter(ticked_at=None)


class IncidentRecord(models.Model):
    """An appointment, an order or a bare holder that the incident touches, and who looked after it.

    ``subject`` and ``thread`` (its vehicle) are the opaque keys of histories.
    """

    class Outcome(models.TextChoices):
        IN_TIME = "in_time", _("Still in time")
        MOVED = "moved", pgettext_lazy("recheck", "Moved")
        CALLED = "called", _("Customer called")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="records")
    subject = models.CharField(max_length=80)
    thread = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=120)
    url = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    things = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    ticked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ticked_at = models.DateTimeField(null=True)

    objects = IncidentRecordQuerySet.as_manager()

    class Meta:
        ordering = [F("due_at").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "subject"], name="incident_touches_record_once"),
            models.CheckConstraint(
                condition=Q(outcome="", ticked_at=None, ticked_by=None)
                | (~Q(outcome="") & Q(ticked_at__isnull=False, ticked_by__isnull=False)),
                name="recheck_has_a_name",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="incident_subject"),
            models.Index(fields=["thread"], name="incident_thread"),
        ]

    def __str__(self) -> str:
        return self.label
