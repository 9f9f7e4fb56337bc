"""A technician takes a job from the queue."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.capacity.models import Resource
from apps.core.errors import DomainError
from apps.workshop.models import Job
from apps.workshop.suggesting import suggest


@transaction.atomic
def take(job: Job, *, by: User) -> list[str]:
    """Plan an unplanned job for ``by`` himself, in the bay that is free soonest. Returns warnings.

    Raises DomainError when he is no technician here, not qualified, or nothing is free within a week.
    """
    job.lock()
    me = Resource.objects.filter(person=by, kind=Resource.Kind.TECHNICIAN, store=job.store).active().first()
    if me is None:
        raise DomainError(
            _("%(name)s is not a technician of this store.") % {"name": by}, code="no_technician"
        )
    if job.state != Job.State.UNPLANNED:
        raise DomainError(
            _("“%(job)s” on %(car)s has been planned already. Reload the page.")
            % {"job": job, "car": job.car},
            code="wrong_state",
        )
    places = suggest(job, technician=me, limit=1)
    if not places:
        raise DomainError(
            _("No bay is free together with you for “%(job)s” within a week, or it needs another skill.")
            % {"job": job},
            code="resource_taken",
        )
    return job.dispatch(places[0].bay, me, places[0].starts_at, by=by)
