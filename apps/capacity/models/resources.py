"""What the house has: bays, people, and until when they may do what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.catalog.models import BayKind, Skill, SkillLevel


class ResourceQuerySet(StoreOwnedQuerySet):
    """Sets of resources."""

    def active(self) -> Self:
        """In use: reserved for new work."""
        return self.filter(is_active=True)

    def concerning(self, bay_kinds: Iterable[str], kinds: Iterable[str]) -> Self:
        """What a job in bays of these kinds may take: those bays, and everything of ``kinds``."""
        return self.active().filter(Q(bay_kind__in=list(bay_kinds)) | Q(kind__in=list(kinds)))


class Resource(models.Model):
    """Anything that serves one job at a time: a bay, a technician, an advisor's reception, a scarce tool.

    ``equipment`` names what is built into a bay, or what a tool is.
    """

    class Kind(models.TextChoices):
        BAY = "bay", _("Bay")
        TECHNICIAN = "technician", _("Technician")
        ADVISOR = "advisor", _("Service advisor")
        TOOL = "tool", _("Scarce tool")
        COURTESY = "courtesy", _("Courtesy car")
        DRIVER = "driver", _("Driver who fetches cars")

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
    equipment = ArrayField(
        models.CharField(max_length=40), verbose_name=_("equipment"), default=list, blank=True
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
            models.CheckConstraint(
                condition=~Q(kind="tool") | Q(equipment__len=1), name="a_tool_is_one_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def skill_labels(self) -> list[str]:
        """The skills as people say them, with what is above or below the ordinary level."""
        labels = []
        for skill in self.skills:
            level, label = self.level_of(skill), str(Skill(skill).label)
            plain = level == SkillLevel.SKILLED
            labels.append(label if plain else f"{label} · {SkillLevel(level).label}")
        return labels

    def qualification(self, skill: str) -> Qualification | None:
        """How he holds ``skill``, where that is written down. One query, none when prefetched."""
        return next((q for q in self.qualifications.all() if q.skill == skill), None)

    def permit_runs_out(self, skill: str) -> date | None:
        """The last day on which the permit for ``skill`` holds; None when it needs none."""
        held = self.qualification(skill)
        return held.valid_until if held else None

    def level_of(self, skill: str) -> int:
        """How well he does ``skill``; 0 when not at all."""
        if skill not in self.skills:
            return 0
        held = self.qualification(skill)
        return held.level if held else SkillLevel.SKILLED

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Resource.objects.select_for_update(no_key=True))


class Qualification(models.Model):
    """How well somebody holds a skill, and until when he may use it: an EV permit, a welding certificate.

    Without a row: skilled, and for good.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="qualifications")
    skill = models.CharField(_("skill"), max_length=12, choices=Skill.choices)
    level = models.PositiveSmallIntegerField(
        _("level"), choices=SkillLevel.choices, default=SkillLevel.SKILLED
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "skill"], name="qualification_once_per_skill"),
            models.CheckConstraint(
                condition=Q(level__in=SkillLevel.values), name="qualification_level_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.skill} {self.level} {self.valid_until or ''}"
