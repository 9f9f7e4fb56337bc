"""Proposals to the dispatcher: who, where and when, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.capacity.models import Resource
from apps.capacity.openings import Openings, Segments
from apps.catalog.models import Skill
from apps.core import clock, when
from apps.core.errors import DomainError
from apps.workshop.models import Job

LIMIT = 3


@dataclass
class Suggestion:
    """One click plans this."""

    bay: Resource
    technician: Resource
    starts_at: datetime
    ends_at: datetime
    reasons: list[str] = field(default_factory=list)
    misses_promise: bool = False
    is_booked: bool = False


@dataclass
class Candidates:
    """What could serve a job: fitting bays, qualified technicians, and of each scarce tool all there are."""

    bays: list[Resource] = field(default_factory=list)
    technicians: list[Resource] = field(default_factory=list)
    tools: list[list[Resource]] = field(default_factory=list)

    @property
    def all(self) -> list[Resource]:
        return [*self.bays, *self.technicians, *(tool for choice in self.tools for tool in choice)]


def candidates(job: Job) -> Candidates:
    """What could serve the job in its store. Two queries."""
    found = Candidates()
    tools: dict[str, list[Resource]] = {name: [] for name in job.tools}
    known = Resource.objects.filter(store_id=job.store_id).active().prefetch_related("qualifications")
    for resource in known.order_by("order", "pk"):
        if resource.kind == Resource.Kind.BAY and resource.bay_kind in job.bay_kinds:
            if set(job.equipment) <= set(resource.equipment):
                found.bays.append(resource)
        elif resource.kind == Resource.Kind.TECHNICIAN and resource.level_of(job.skill) >= job.skill_level:
            found.technicians.append(resource)
        elif resource.kind == Resource.Kind.TOOL:
            for name in set(resource.equipment) & tools.keys():
                tools[name].append(resource)
    found.tools = list(tools.values())
    return found


def suggest(job: Job, *, limit: int = LIMIT, technician: Resource | None = None) -> list[Suggestion]:
    """The best places for ``job`` from now on, one for each technician, the best first. About nine queries.

    The promise comes first, then the place that was booked with the customer, then the earliest end, then
    whoever has least to do. ``technician`` asks for his places alone.
    """
    able = candidates(job)
    if technician is not None:
        able.technicians = [t for t in able.technicians if t.pk == technician.pk]
    free = _openings(job, able.all)
    booked = _booked(job)
    here = _bays_of_car(job)
    found = []
    for person in able.technicians:
        options = [(bay, free.earliest(bay, person, able.tools)) for bay in able.bays]
        until = person.permit_runs_out(job.skill) or date.max
        places = [(bay, plan) for bay, plan in options if plan and plan[-1][1].date() <= until]
        if places:
            # Of places that end at the same time the car's own bay wins: it need not be moved.
            bay, plan = min(places, key=lambda p: (p[1][-1][1], p[0].pk not in here, p[0].pk not in booked))
            found.append(_suggestion(job, bay, person, plan, booked, here))
    load = {s.technician.pk: free.booked(s.technician) for s in found}
    found.sort(key=lambda s: (s.misses_promise, not s.is_booked, s.ends_at, load[s.technician.pk]))
    if found and len({load[s.technician.pk] for s in found}) > 1:
        idlest = min(found, key=lambda s: load[s.technician.pk])
        idlest.reasons.append(_("%(name)s has the least booked today.") % {"name": idlest.technician})
    return found[:limit]


def _suggestion(
    job: Job, bay: Resource, person: Resource, plan: Segments, booked: set[int], here: set[int]
) -> Suggestion:
    starts_at, ends_at = plan[0][0], plan[-1][1]
    now, promised = clock.now(), job.order.promised_at
    made = Suggestion(bay, person, starts_at, ends_at, is_booked={bay.pk, person.pk} <= booked)
    if made.is_booked:
        made.reasons.append(_("As booked with the customer."))
    if starts_at - now < timedelta(minutes=6):
        made.reasons.append(_("Both are free now."))
    if bay.pk in here:
        made.reasons.append(_("The car stands there for its other work."))
    if timezone.localdate(starts_at) != timezone.localdate(ends_at):
        made.reasons.append(_("Continues %(end)s.") % {"end": when.words(ends_at, now)})
    if promised:
        ready = ends_at + job.closing()
        made.misses_promise = ready > promised
        words = {"span": when.span(promised - ready)}
        late = _("With check and wash %(span)s after the promise.") % words
        good = _("With check and wash %(span)s before the promise.") % words
        made.reasons.append(late if made.misses_promise else good)
    return made


def _openings(job: Job, resources: list[Resource]) -> Openings:
    own = [pk for pk in (job.holder_id, job.order.holder_id) if pk]
    return Openings(
        job.store,
        resources,
        duration=job.remaining(),
        now=clock.now(),
        own=own,
        not_during=[(start, end) for start, end, _bay in job.elsewhere()],
    )


def _booked(job: Job) -> set[int]:
    """Resources that the appointment booked and that are still held for it."""
    holder = job.order.holder
    return set(holder.reservations.values_list("resource_id", flat=True)) if holder else set()


def _bays_of_car(job: Job) -> set[int]:
    """Bays in which the order's other open jobs are."""
    others = Job.objects.filter(order=job.order, bay__isnull=False).open().exclude(pk=job.pk)
    return set(others.values_list("bay_id", flat=True))


def complete(
    job: Job, bay: Resource | None, technician: Resource | None, starts_at: datetime
) -> tuple[Resource, Resource]:
    """Fill in the bay or the technician that the dispatcher left open. Raises DomainError when none is free.

    What stood there before stays if it is free at that time, then whoever has least booked.
    """
    if bay and technician:
        return bay, technician
    able = candidates(job)
    free = _openings(job, [*able.all, *filter(None, (bay, technician))])
    if technician is None:
        there = [t for t in able.technicians if free.works(t, starts_at)]
        technician = min(there, key=lambda t: (t.pk != job.technician_id, free.booked(t)), default=None)
        if technician is None:
            sentence = _("Nobody qualified for “%(skill)s” is free for the whole job from %(time)s on.")
            raise _none_free(sentence, job, starts_at)
    if bay is None and free.works(technician, starts_at):
        here = _bays_of_car(job) | {job.bay_id}
        fitting = [b for b in able.bays if free.stands(b, technician, starts_at)]
        bay = min(fitting, key=lambda b: b.pk not in here, default=None)
        if bay is None:
            sentence = _("No bay for “%(job)s” is free for the whole job from %(time)s on.")
            raise _none_free(sentence, job, starts_at)
    # Where the technician cannot, planning says what is in his way, whichever the bay.
    return bay or able.bays[0], technician


def _none_free(sentence: str, job: Job, starts_at: datetime) -> DomainError:
    words = {"job": job, "skill": Skill(job.skill).label, "time": when.words(starts_at, clock.now())}
    return DomainError(sentence % words, code="resource_taken")
