"""What the house has: bays, people, and until when they may do what."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.catalog.models import BayKind, Skill


class ResourceQuerySet(StoreOwnedQuerySet):
    """Sets of resources."""

    def active(self) -> Self:
        """In use: reserved for new work."""
        return self.filter(is_active=True)

    def fitting(self, *, bay_kind: str, skills: frozenset[str], advisor: int | None) -> Self:
        """Bays of the kind, technicians with all the skills, and the advisor (a user's id) or all of them."""
        return self.active().filter(_fits(bay_kind, skills, advisor))

    def judged(self, *, bay_kind: str, skills: frozenset[str], advisor: int | None) -> Self:
        """Bays of the kind and every person, with ``fits``: whether the one is ``fitting``."""
        fits = Case(When(_fits(bay_kind, skills, advisor), then=True), default=False)
        return self.exclude(Q(kind=Resource.Kind.BAY) & ~Q(bay_kind=bay_kind)).annotate(fits=fits)


def _fits(bay_kind: str, skills: frozenset[str], advisor: int | None) -> Q:
    who = Q(kind=Resource.Kind.ADVISOR) & (Q() if advisor is None else Q(person_id=advisor))
    can = Q(kind=Resource.Kind.TECHNICIAN, skills__contains=sorted(skills))
    return Q(kind=Resource.Kind.BAY, bay_kind=bay_kind) | can | who


class Resource(models.Model):
    """Anything that can serve one job at a time: a bay, a technician, an advisor's reception window."""

    class Kind(models.TextChoices):
        BAY = "bay", _("Bay")
        TECHNICIAN = "technician", _("Technician")
        ADVISOR = "advisor", _("Service advisor")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    bay_kind = models.CharField(_("kind of bay"), max_length=12, choices=BayKind.choices, blank=True)
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    team = models.CharField(_("team"), max_length=30, blank=True)
    skills = ArrayField(
        models.CharField(max_length=12, choices=Skill.choices),
        verbose_name=_("skills"),
        default=list,
        blank=True,
    )
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "name"], name="resource_name_once"),
            models.CheckConstraint(
                condition=(Q(kind="bay", person=None) & ~Q(bay_kind="")) | (~Q(kind="bay") & Q(bay_kind="")),
                name="resource_is_bay_or_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def skill_labels(self) -> list[str]:
        """The skills as people say them."""
        return [str(Skill(skill).label) for skill in self.skills]

    def permit_runs_out(self, skill: str) -> date | None:
        """The last day on which the permit for ``skill`` holds; None when it needs none. One query."""
        return next((p.valid_until for p in self.permits.all() if p.skill == skill), None)

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Resource.objects.select_for_update(no_key=True))


class Permit(models.Model):
    """Until when somebody may use a skill: an EV permit, a welding certificate. Without a row: for good."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="permits")
    skill = models.CharField(_("skill"), max_length=12, choices=Skill.choices)
    valid_until = models.DateField(_("valid until"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "skill"], name="permit_once_per_skill")]

    def __str__(self) -> str:
        return f"{self.resource} {self.skill} {self.valid_until}"
