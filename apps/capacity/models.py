"""What the house can do when: bays, people, shifts, and the reservations that fill them.

Reservations are the plan. Each is one resource for one continuous working segment; the
database refuses two that overlap on one resource. A later room's row (an appointment, an
order) points one-to-one to a ``Holder`` and hands it on.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
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


class OpeningHours(models.Model):
    """When the store works on a weekday (1 Monday … 7 Sunday). No row: closed."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "weekday"], name="opening_hours_once"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="weekday_1_to_7"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="closes_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}-{self.closes}"


class AbsenceQuerySet(models.QuerySet):
    """Sets of absences."""

    def visible_to(self, user: User) -> Self:
        """Absences in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)


class Absence(models.Model):
    """A resource that is not there: leave, training, a bay under repair."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="absences")
    during = DateTimeRangeField(_("when"))
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__lower_inf=False, during__upper_inf=False),
                name="absence_has_beginning_and_end",
            ),
        ]
        indexes = [GistIndex(fields=["during"], name="absence_during")]

    def __str__(self) -> str:
        return f"{self.resource} {self.during}"


class CapacityDay(models.Model):
    """One day of a store. Every writer of reservations locks the rows of its days, in date order."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+")
    day = models.DateField(_("day"))
    is_closed = models.BooleanField(_("closed"), default=False)
    closed_reason = models.CharField(_("reason"), max_length=100, blank=True)
    intake_per_hour = models.PositiveSmallIntegerField(_("cars per hour"), null=True, blank=True)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "day"], name="capacity_day_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"


class Holder(models.Model):
    """Who holds reservations. ``expires_at`` is set while an online request waits to be confirmed."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.label


class ReservationQuerySet(models.QuerySet):
    """Sets of reservations."""

    def visible_to(self, user: User) -> Self:
        """Reservations in the stores that ``user`` may see."""
        return self.filter(resource__store_id__in=user.visible_store_ids)

    def on_day(self, store: Store, day: date) -> Self:
        """Those that touch ``day`` in the active zone."""
        start = timezone.make_aware(datetime.combine(day, time()))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
        return self.filter(resource__store=store, during__overlap=(start, end))


class Reservation(models.Model):
    """One resource for one continuous segment. ``is_fixed`` false: may be reshuffled until N-1."""

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="reservations")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="reservations")
    during = DateTimeRangeField(_("when"))
    is_fixed = models.BooleanField(default=False)

    objects = ReservationQuerySet.as_manager()

    class Meta:
        constraints = [
            # An int8range of one id stands in for equality, which would need btree_gist.
            ExclusionConstraint(
                name="resource_serves_one_at_a_time",
                expressions=[
                    (
                        Func(F("resource_id"), F("resource_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (F("during"), RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="reservation_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.during}"
