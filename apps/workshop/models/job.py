"""One labour line in the workshop: who does it, where and when, and how it goes."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _t

from apps.accounts.models import User
from apps.capacity import placing
from apps.capacity.models import Resource
from apps.core import clock
from apps.core.errors import DomainError
from apps.workorders.models import Line, WorkOrder
from apps.workshop.models.clocking import Clocking
from apps.workshop.models.planning import PlannedJob
from apps.workshop.models.states import PauseReason


class Job(PlannedJob):
    """A labour line in the workshop. ``state`` is written by ``_move`` alone; ``NEXT`` is the whole map.

    ``holder`` holds the job's own reservations; what an appointment booked stays with the order's holder
    and is used up as jobs are placed. Locks: order, job, days, resources.
    """

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_from=None, planned_until=None)
                | Q(planned_until__gt=F("planned_from"), bay__isnull=False, technician__isnull=False),
                name="plan_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="planned") | Q(planned_from__isnull=False), name="planned_job_has_a_plan"
            ),
            models.CheckConstraint(
                condition=~Q(state="unplanned") | Q(planned_from=None), name="unplanned_job_has_none"
            ),
            models.CheckConstraint(
                condition=Q(state="paused") & ~Q(pause_reason="") | ~Q(state="paused") & Q(pause_reason=""),
                name="paused_job_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="finished", finished_at__isnull=False)
                | ~Q(state="finished") & Q(finished_at=None),
                name="finished_job_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(protection_ticked_at__isnull=False),
                name="nothing_starts_unprotected",
            ),
            models.CheckConstraint(condition=Q(flat_rate_hours__gt=0), name="job_takes_time"),
        ]
        indexes = [
            models.Index(
                fields=["store", "state"],
                name="job_open",
                condition=Q(state__in=["unplanned", "planned", "in_work", "paused"]),
            ),
            models.Index(fields=["order"], name="job_of_order"),
            models.Index(fields=["technician", "planned_from"], name="job_of_technician"),
            models.Index(fields=["store", "-finished_at"], name="job_finished"),
        ]

    @transaction.atomic
    def tick_protection(self, *, by: User) -> None:
        """Seat, wheel and floor covers are fitted: counts for every job on the car. Nothing twice."""
        self.lock()
        self._require(*self.OPEN)
        untouched = Job.objects.filter(order=self.order, protection_ticked_at=None)
        self.protection_ticked_at = self.protection_ticked_at or clock.now()
        if untouched.update(protection_ticked_at=self.protection_ticked_at):
            self._tell("job.protected", by)

    @transaction.atomic
    def start(self, *, technician: User, by: User) -> Clocking:
        """Clock ``technician`` in: the first one starts the job (and the order's work), others join.

        Raises DomainError: not planned, not authorised, unprotected, unqualified, clocked elsewhere.
        """
        self.lock()
        self._require(self.State.PLANNED, self.State.IN_WORK)
        clocking = self._clock_in(technician)
        joined = self.state == self.State.IN_WORK
        if not joined:
            self._move(self.State.IN_WORK)
            self.started_at = self.started_at or clocking.started_at
            self.save(update_fields=["state", "started_at"])
            self.order.start_work(by=by)
        self._tell("job.joined" if joined else "job.started", by, facts={"technician": technician.pk})
        return clocking

    @transaction.atomic
    def resume(self, *, technician: User, by: User) -> Clocking:
        """Go on with a paused job. Raises DomainError as ``start`` does."""
        self.lock()
        self._require(self.State.PAUSED)
        clocking = self._clock_in(technician)
        self._move(self.State.IN_WORK)
        self.pause_reason = ""
        self.started_at = self.started_at or clocking.started_at
        self.save(update_fields=["state", "pause_reason", "started_at"])
        self._tell("job.resumed", by, facts={"technician": technician.pk})
        return clocking

    @transaction.atomic
    def pause(self, reason: str, *, by: User | None, technician: User | None = None) -> None:
        """Clock ``technician`` out (None: everybody). The job is paused once nobody works on it."""
        self.lock()
        self._require(self.State.IN_WORK)
        if reason not in PauseReason:
            raise DomainError(_t("Say what the work waits for."), code="reason_missing")
        if technician and not self.clockings.filter(technician=technician, ended_at=None).exists():
            raise DomainError(
                _t("%(name)s is not clocked on “%(job)s”.") % {"name": technician, "job": self},
                code="not_clocked",
            )
        self._clock_out(reason, technician)
        if not self.clockings.filter(ended_at=None).exists():
            self._move(self.State.PAUSED)
            self.pause_reason = reason
            self.save(update_fields=["state", "pause_reason"])
        self._tell("job.paused", by, facts={"reason": reason})

    @transaction.atomic
    def finish(self, *, by: User, work_done: str, cause: str = "") -> None:
        """The work is done: everybody is clocked out, what is left of the plan is given back."""
        self.lock()
        self._require(self.State.IN_WORK)
        self.line.require_authorised()
        if not work_done.strip():
            raise DomainError(
                _t("Write what was done on “%(job)s”.") % {"job": self}, code="work_done_missing"
            )
        self._clock_out("finished", None)
        self._move(self.State.FINISHED)
        self.work_done, self.cause = work_done.strip()[:1000], cause.strip()[:500]
        self.finished_at = clock.now()
        self.save(update_fields=["state", "work_done", "cause", "finished_at"])
        if self.holder:
            placing.cut(self.holder, self.finished_at)
        self._tell("job.finished", by)

    @transaction.atomic
    def reopen(self, *, by: User, reason: str) -> None:
        """Rework: a finished job goes back into the queue. The quality room calls this."""
        self.lock()
        self._require(self.State.FINISHED)
        if not reason.strip():
            raise DomainError(_t("Say what has to be done again."), code="reason_missing")
        self._move(self.State.UNPLANNED)
        self._drop_plan()
        self.rework_reason, self.finished_at = reason.strip()[:300], None
        self.save(
            update_fields=[
                "state", "rework_reason", "finished_at", "bay", "technician", "planned_from", "planned_until",
            ]
        )  # fmt: skip
        self._tell("job.reopened", by, reason=self.rework_reason)

    @transaction.atomic
    def drop(self, *, by: User | None) -> None:
        """The customer declined the line after all: nothing more is done; clockings stay."""
        self.lock()
        if self.state == self.State.IN_WORK:
            self.pause(PauseReason.APPROVAL, by=by)
        self._move(self.State.DROPPED)
        self.pause_reason = ""
        if self.holder:
            placing.cut(self.holder, clock.now())
        self.save(update_fields=["state", "pause_reason"])
        self._tell("job.dropped", by)

    def _clock_in(self, technician: User) -> Clocking:
        self.order.require(WorkOrder.Status.AUTHORISED, WorkOrder.Status.IN_WORK)
        self.line.require_authorised()
        me = Resource.objects.filter(
            person=technician, kind=Resource.Kind.TECHNICIAN, store=self.store, is_active=True
        ).first()
        if me is None:
            raise DomainError(
                _t("%(name)s is not a technician of this store.") % {"name": technician}, code="no_technician"
            )
        self._refuse_unskilled(me)
        self._refuse_expired(me, clock.today())
        if self.protection_ticked_at is None:
            raise DomainError(
                _t("Fit the covers on %(car)s and tick them before work starts.") % {"car": self.car},
                code="unprotected",
            )
        try:
            with transaction.atomic():
                return self.clockings.create(technician=technician, started_at=clock.now())
        except IntegrityError:  # the constraint speaks, so that two at the same moment hear the same
            raise self._clocked_elsewhere(technician) from None

    def _clocked_elsewhere(self, technician: User) -> DomainError:
        other = (
            type(self)
            .objects.filter(clockings__technician=technician, clockings__ended_at=None)
            .select_related("order__vehicle", "line")
            .first()
        )
        return DomainError(
            _t("%(name)s is clocked on %(car)s (%(job)s). Pause or finish that first.")
            % {"name": technician, "car": other.car if other else "–", "job": other or "–"},
            code="clocked_elsewhere",
            extra={"job": other.pk if other else None},
        )

    def _clock_out(self, reason: str, technician: User | None) -> None:
        running = self.clockings.filter(ended_at=None)
        if technician is not None:
            running = running.filter(technician=technician)
        running.update(ended_at=clock.now(), end_reason=reason)


def hours_of(line: Line) -> Decimal:
    """The line's hours as flat-rate time, rounded up to 0.1 h."""
    return line.quantity.quantize(Decimal("0.1"), rounding=ROUND_UP)
