"""Planning a job: into a bay, to a technician, at a time, and back into the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from apps.accounts.models import Setting, User
from apps.capacity import placing
from apps.capacity.models import Holder, Resource
from apps.catalog.models import BayKind
from apps.core import clock, when
from apps.core.errors import DomainError
from apps.workshop.models.row import JobRow

ALSO_SERVES = {BayKind.EXPRESS: (BayKind.GENERAL,), BayKind.DIAGNOSIS: (BayKind.GENERAL,)}
"""Kinds of work that another bay can take as well."""


class PlannedJob(JobRow):
    """The verbs of whoever plans."""

    class Meta:
        abstract = True

    @property
    def bay_kinds(self) -> tuple[str, ...]:
        """Kinds of bays that will do, the operation's own first."""
        kind = self.line.operation.bay_kind if self.line.operation else BayKind.GENERAL
        return (kind, *ALSO_SERVES.get(BayKind(kind), ()))

    @property
    def equipment(self) -> list[str]:
        """What its bay must have built in."""
        return self.line.operation.equipment if self.line.operation else []

    @property
    def tools(self) -> list[str]:
        """The scarce tools it takes."""
        return sorted(self.line.operation.tools) if self.line.operation else []

    def closing(self) -> timedelta:
        """What quality check and wash take after the work. One query the first time."""
        if not hasattr(self, "_closing"):
            minutes = Setting.value_of("workshop.closing_minutes", self.store_id)
            self._closing = timedelta(minutes=minutes)
        return self._closing

    def elsewhere(self) -> list[tuple[datetime, datetime, str]]:
        """``(from, until, bay)`` of the car's other open jobs: it stands in one bay at a time. One query."""
        others = self.rows().filter(order_id=self.order_id, planned_from__isnull=False).open()
        rows = others.exclude(pk=self.pk).select_related("bay")
        return [
            (job.planned_from, job.planned_until, str(job.bay))
            for job in rows
            if job.planned_from and job.planned_until
        ]

    @transaction.atomic
    def dispatch(self, bay: Resource, technician: Resource, starts_at: datetime, *, by: User) -> list[str]:
        """Plan the job for ``bay`` and ``technician`` from ``starts_at`` on, or move its plan there.

        Returns warnings (the promised time). Raises DomainError that names what is in the way: a skill,
        an absence, another job, closing time; then the old plan stands.
        """
        self.lock()
        self.refuse_unless_movable()
        self.line.require_authorised()
        self.refuse_unfit(bay, technician)
        was = self.planned_from
        if self.holder is None:
            label = f"{self.order.number} {self.order.vehicle.plate}".strip()[:80]
            self.holder = Holder.objects.create(store=self.store, label=label, created_at=clock.now())
        segments = placing.place(
            self.holder,
            bay=bay,
            technician=technician,
            tools=self.tools,
            starts_at=starts_at,
            duration=self.remaining(),
            now=clock.now(),
            instead_of=self.order.holder,
        )
        self._refuse_expired(technician, timezone.localdate(segments[-1][1]))
        self._refuse_two_places(segments)
        self.bay, self.technician = bay, technician
        self.planned_from, self.planned_until = segments[0][0], segments[-1][1]
        fields = ["bay", "technician", "planned_from", "planned_until", "holder"]
        if self.state == self.State.UNPLANNED:
            self._move(self.State.PLANNED)
        self.save(update_fields=["state", *fields])
        if self.order.holder and not self.rows().filter(order=self.order).unplanned().exists():
            placing.release_work(self.order.holder)
        facts = {
            "bay": bay.name,
            "from": self.planned_from.isoformat(),
            "until": self.planned_until.isoformat(),
        }
        self._tell("job.moved" if was else "job.dispatched", by, facts=facts)
        return self.warnings()

    def refuse_unless_movable(self) -> None:
        """Raise DomainError when the plan may not be changed now."""
        if self.state == self.State.IN_WORK:
            raise DomainError(
                _t("“%(job)s” on %(car)s is being worked on. Pause it before you move it.")
                % {"job": self, "car": self.car},
                code="job_in_work",
            )
        self._require(self.State.UNPLANNED, self.State.PLANNED, self.State.PAUSED)

    def refuse_unfit(self, bay: Resource, technician: Resource) -> None:
        """Raise DomainError unless the bay is of the right kind and the technician has the skill."""
        self._refuse_strangers(bay, technician)
        if bay.bay_kind not in self.bay_kinds:
            raise DomainError(
                _t("“%(job)s” needs a bay of the kind “%(kind)s”; %(bay)s is “%(other)s”.")
                % {
                    "job": self,
                    "kind": BayKind(self.bay_kinds[0]).label,
                    "bay": bay,
                    "other": bay.get_bay_kind_display(),
                },
                code="bay_unfit",
            )
        if lacking := set(self.equipment) - set(bay.equipment):
            raise DomainError(
                _t("“%(job)s” needs %(equipment)s, which %(bay)s does not have.")
                % {"job": self, "equipment": ", ".join(sorted(lacking)), "bay": bay},
                code="bay_unfit",
            )
        self._refuse_unskilled(technician)

    def _refuse_strangers(self, bay: Resource, technician: Resource) -> None:
        for thing, kind in ((bay, Resource.Kind.BAY), (technician, Resource.Kind.TECHNICIAN)):
            if thing.store_id != self.store_id or thing.kind != kind or not thing.is_active:
                raise DomainError(
                    _t("%(thing)s cannot be planned here. Choose another.") % {"thing": thing},
                    code="resource_unusable",
                )

    def _refuse_two_places(self, segments: placing.Segments) -> None:
        for start, end, bay in self.elsewhere():
            if any(start < until and since < end for since, until in segments):
                raise DomainError(
                    _t("%(car)s stands in %(bay)s from %(start)s to %(end)s for other work.")
                    % {
                        "car": self.car,
                        "bay": bay,
                        "start": when.words(start, clock.now()),
                        "end": when.words(end, clock.now()),
                    },
                    code="car_elsewhere",
                )

    def warnings(self) -> list[str]:
        """Sentences about a plan that is allowed and still worth a second look. One query."""
        promised = self.order.promised_at
        if promised and self.planned_until and self.planned_until + self.closing() > promised:
            return [
                _t(
                    "%(car)s is promised for %(promised)s; the work ends at %(until)s, check and wash come "
                    "after it. Tell the advisor."
                )
                % {
                    "car": self.car,
                    "promised": when.words(promised, clock.now()),
                    "until": when.words(self.planned_until, clock.now()),
                }
            ]
        return []

    @transaction.atomic
    def undispatch(self, *, by: User) -> None:
        """Take the job off the board, back into the queue."""
        self.lock()
        self._require(self.State.PLANNED)
        self._move(self.State.UNPLANNED)
        self._drop_plan()
        self.save(update_fields=["state", "bay", "technician", "planned_from", "planned_until"])
        self._tell("job.undispatched", by)

    def _drop_plan(self) -> None:
        self.bay = self.technician = self.planned_from = self.planned_until = None
        if self.holder:
            placing.release_work(self.holder)
