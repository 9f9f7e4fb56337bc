"""Who acts for whom on a job: the same for the tablet and for programs."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.core.errors import DomainError
from apps.workshop.mine import running_of
from apps.workshop.models import Job


def worker(user: User, job: Job) -> User:
    """Who is clocked: oneself; a team lead or dispatcher clocks the technician it is planned for."""
    person = job.technician.person if job.technician else None
    return user if user.role == Role.TECHNICIAN or person is None else person


def pause(job: Job, reason: str, *, by: User) -> None:
    """A technician clocks himself out; whoever leads stops the job for everybody. Raises DomainError."""
    mine = running_of(job, by)
    if mine is None:
        _refuse_other(job, by)
    job.pause(reason, by=by, technician=by if mine else None)


def finish(job: Job, *, by: User, work_done: str, cause: str = "") -> None:
    """A technician finishes what he is clocked on; whoever leads any. Raises DomainError."""
    if running_of(job, by) is None and job.state == Job.State.IN_WORK:
        _refuse_other(job, by)
    job.finish(by=by, work_done=work_done, cause=cause)


def _refuse_other(job: Job, by: User) -> None:
    if by.role == Role.TECHNICIAN and job.state == Job.State.IN_WORK:
        raise DomainError(
            _("You are not clocked on “%(job)s”. Reload the page.") % {"job": job}, code="not_clocked"
        )
