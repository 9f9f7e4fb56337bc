"""What a job is: its row, its sets, its guards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.accounts.roles import Role
from apps.capacity.models import Holder, Resource
from apps.catalog.models import Skill, SkillLevel
from apps.core import when
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event
from apps.workorders.models import Line, WorkOrder
from apps.workshop.models.clocking import Clocking
from apps.workshop.models.states import NEXT, OPEN, PauseReason, State

SHORTEST = timedelta(minutes=15)
"""The least time that is planned for what is left of a job."""


class JobQuerySet(StoreOwnedQuerySet):
    """Sets of jobs."""

    def open(self) -> Self:
        """Neither finished nor dropped."""
        return self.filter(state__in=OPEN)

    def unplanned(self) -> Self:
        """Waiting to be dispatched, the earliest promise first."""
        return self.filter(state=State.UNPLANNED).order_by(F("order__promised_at").asc(nulls_last=True), "pk")

    def workable_by(self, user: User) -> Self:
        """What a technician may touch: assigned to him, clocked by him, running in his team, or unassigned
        and within his skills. Others of the floor: every job of their stores. One query more.
        """
        if user.role != Role.TECHNICIAN:
            return self.visible_to(user)
        me = Resource.objects.filter(person=user, kind=Resource.Kind.TECHNICIAN, is_active=True).first()
        if me is None:
            return self.none()
        clocked = self.model._default_manager.filter(clockings__technician=user)
        mine = Q(technician=me) | Q(pk__in=clocked.values("pk"))
        team = Q(technician__team=me.team, state=State.IN_WORK) if me.team else Q()
        free = Q(state=State.UNPLANNED, line__operation__skill__in=me.skills)
        return self.visible_to(user).filter(mine | team | free if team else mine | free)

    def for_pages(self) -> Self:
        """With what every page shows, in the same query."""
        return self.select_related(
            "order__vehicle__model__brand", "order__advisor", "order__visit", "line__operation", "bay",
            "technician", "store",
        )  # fmt: skip


class JobRow(models.Model):
    """The columns of a job, and what its verbs share. ``state`` is written by ``_move`` alone."""

    State = State
    NEXT = NEXT
    OPEN = OPEN

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+", verbose_name=_("work order"))
    # Removing a line takes an untouched job along; clockings protect a touched one, and so the line.
    line = models.OneToOneField(Line, models.CASCADE, related_name="+", verbose_name=_("line"))
    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UNPLANNED)
    holder = models.OneToOneField(Holder, models.PROTECT, null=True, related_name="+")
    bay = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="+", verbose_name=_("bay"))
    technician = models.ForeignKey(
        Resource, models.PROTECT, null=True, related_name="+", verbose_name=_("technician")
    )
    planned_from = models.DateTimeField(_("planned from"), null=True)
    planned_until = models.DateTimeField(_("planned until"), null=True)
    flat_rate_hours = models.DecimalField(_("flat-rate hours"), max_digits=5, decimal_places=1)
    pause_reason = models.CharField(_("paused for"), max_length=10, choices=PauseReason.choices, blank=True)
    cause = models.CharField(_("cause"), max_length=500, blank=True)
    work_done = models.CharField(_("work done"), max_length=1000, blank=True)
    findings = models.TextField(_("findings"), blank=True)
    rework_reason = models.CharField(_("rework because"), max_length=300, blank=True)
    protection_ticked_at = models.DateTimeField(_("protection fitted"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.line.description

    @property
    def event_thread(self) -> str:
        """Part of the vehicle's story."""
        return self.order.event_thread

    def rows(self) -> JobQuerySet:
        """All jobs: this class is abstract and has no manager of its own."""
        return JobQuerySet(type(self))

    @property
    def is_open(self) -> bool:
        """Whether work is still to be done on it."""
        return self.state in self.OPEN

    @property
    def car(self) -> str:
        """How people call it: the plate, or the order's number."""
        return self.order.vehicle.plate or self.order.number

    @property
    def skill(self) -> str:
        """What its technician must be able to do."""
        return self.line.operation.skill if self.line.operation else Skill.GENERAL

    @property
    def skill_level(self) -> int:
        """How well at least."""
        return self.line.operation.skill_level if self.line.operation else SkillLevel.BASIC

    def clocked(self) -> timedelta:
        """Working time of everybody so far, until now for who is clocked on it. One query."""
        return sum((c.length for c in Clocking.objects.filter(job_id=self.pk)), timedelta())

    def remaining(self) -> timedelta:
        """What is left of the flat-rate time, at least a quarter of an hour. One query once started."""
        whole = timedelta(hours=float(self.flat_rate_hours))
        return max(whole - self.clocked(), SHORTEST) if self.started_at else max(whole, timedelta(minutes=5))

    def lock(self) -> None:
        """Reload under row locks, the order before the job."""
        order = self.order
        order.lock()
        jobs = self.rows().select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(
            from_queryset=jobs.select_related("line__operation", "bay", "technician", "store")
        )
        self.order = order

    def _refuse_expired(self, technician: Resource, on: date) -> None:
        until = technician.permit_runs_out(self.skill)
        if until is not None and until < on:
            raise DomainError(
                _t("%(name)s's permit for “%(skill)s” runs out on %(day)s.")
                % {"name": technician, "skill": Skill(self.skill).label, "day": when.exact(until)},
                code="permit_expired",
            )

    def _refuse_unskilled(self, technician: Resource) -> None:
        level = technician.level_of(self.skill)
        if level >= self.skill_level:
            return
        words = {"name": technician, "skill": Skill(self.skill).label, "job": self}
        if not level:
            message = _t("%(name)s is not qualified for “%(skill)s”, which “%(job)s” needs.") % words
        else:
            words |= {"has": SkillLevel(level).label, "needs": SkillLevel(self.skill_level).label}
            message = (
                _t("“%(job)s” needs the level “%(needs)s” of “%(skill)s”; %(name)s has “%(has)s”.") % words
            )
        raise DomainError(message, code="skill_missing")

    def _require(self, *states: str) -> None:
        if self.state not in states:
            raise DomainError(
                _t("“%(job)s” on %(car)s is “%(now)s”. Reload the page.")
                % {"job": self, "car": self.car, "now": self.get_state_display()},
                code="wrong_state",
                extra={"state": self.state},
            )

    def _move(self, to: str) -> None:
        if to not in self.NEXT[self.state]:
            raise DomainError(
                _t("“%(job)s” on %(car)s is “%(now)s”; it cannot become “%(to)s”.")
                % {
                    "job": self,
                    "car": self.car,
                    "now": self.get_state_display(),
                    "to": self.State(to).label,
                },
                code="wrong_state",
                extra={"state": self.state},
            )
        self.state = to

    def _tell(self, kind: str, by: User | None, *, reason: str = "", facts: dict | None = None) -> None:
        facts = {"job": str(self), **(facts or {})}
        Event.record(kind, about=self, by=by, reason=reason, facts=facts)
        announce(self.store_id, "board")
