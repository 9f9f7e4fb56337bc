"""Verbs of the mass incident's card: open, estimate anew, end, tick off.

Locks: the incident, then resources by id. The things are away from the beginning to the estimate, so
they are neither offered nor planned; one line per person (``Notice``) tells the house and follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import DESK, FLOOR, Role
from apps.capacity import affected
from apps.capacity.models import Absence, Incident, IncidentRecord, IncidentResource, Resource
from apps.catalog.models import Part
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event, Notice, Task

OPENED = gettext_noop("%(what)s · %(said)s · expected until %(until)s")
MOVED = gettext_noop("%(what)s · %(said)s · new estimate %(until)s · %(reason)s")
ENDED = gettext_noop("%(what)s · %(said)s · over since %(until)s")
IS_IT_OVER = gettext_noop("“%(text)s” should be over: end it, or give a new estimate")
RECHECK = gettext_noop("Recheck what “%(text)s” has touched")


class Unseen(DomainError):
    """Nothing was saved: the card touches ``records``, and exactly these have not been seen yet."""

    def __init__(self, records: list[affected.Record]) -> None:
        super().__init__(_("Bookings are affected. Nothing is saved yet."), code="unseen_records")
        self.records = records


@transaction.atomic
def open_card(
    store: Store,
    *,
    kind: str,
    text: str,
    starts_at: datetime,
    expected_end_at: datetime,
    by: User,
    resources: Sequence[Resource] = (),
    is_whole_store: bool = False,
    part: Part | None = None,
    seen: str = "",
) -> Incident:
    """Open the card, block its things up to the estimate and tell the house.

    Raises Unseen until the affected records are ``seen`` (``affected.fingerprint``), and DomainError:
    end in the past or before the start, nothing or a foreign thing chosen, one of them on a running card.
    """
    _judge_span(starts_at, expected_end_at)
    if not text.strip():
        raise DomainError(_("Say in one sentence what has happened."), code="text_missing")
    locked = _locked(store, kind, resources, is_whole_store, part)
    _refuse_second(store, locked, part)
    records = affected.find(store, resources=locked, part=part, start=starts_at, end=expected_end_at)
    if records and seen != affected.fingerprint(records):
        raise Unseen(records)
    incident = Incident.objects.create(
        store=store, kind=kind, text=text.strip(), is_whole_store=is_whole_store, part=part,
        starts_at=starts_at, expected_end_at=expected_end_at, opened_by=by,
    )  # fmt: skip
    IncidentResource.objects.bulk_create(IncidentResource(incident=incident, resource=r) for r in locked)
    Absence.objects.bulk_create(
        Absence(resource=r, during=(starts_at, expected_end_at), reason=incident.text, incident=incident)
        for r in locked
    )
    _note(incident, records)
    facts = {"what": incident.what, "until": expected_end_at.isoformat(), "records": len(records)}
    Event.record("incident.opened", about=incident, by=by, reason=incident.text, facts=facts)
    Notice.tell(_readers(incident, by), OPENED, url=_url(incident), **_words(incident, expected_end_at))
    _remind(incident)
    _changed(incident)
    return incident


@transaction.atomic
def estimate_anew(
    incident: Incident, *, expected_end_at: datetime, reason: str, by: User, version: int | None = None
) -> None:
    """Move the expected end. The same line in everybody's messages says so, and why.

    What becomes affected joins the list; with a later end "still in time" must be judged again.
    """
    incident.lock(version)
    incident.guard_running()
    _judge_span(incident.starts_at, expected_end_at)
    if not reason.strip():
        raise DomainError(_("Say why the estimate changes."), code="reason_missing")
    before = incident.expected_end_at
    if expected_end_at == before:
        raise DomainError(_("This is the estimate already."), code="estimate_same")
    things = _lock(incident.resources.all())
    incident.expected_end_at = expected_end_at
    _save(incident, "expected_end_at")
    Absence.objects.filter(incident=incident).update(during=(incident.starts_at, expected_end_at))
    _refresh(incident, things)
    if expected_end_at > before:
        in_time = incident.records.filter(outcome=IncidentRecord.Outcome.IN_TIME)
        in_time.update(outcome="", ticked_by=None, ticked_at=None)
    facts = {"was": _words(incident, before)["until"], "until": _words(incident, expected_end_at)["until"]}
    Event.record("incident.estimated", about=incident, by=by, reason=reason.strip()[:300], facts=facts)
    _retell(incident, MOVED, expected_end_at, reason=reason.strip()[:200])
    _remind(incident)
    _changed(incident)


@transaction.atomic
def end(incident: Incident, *, by: User, version: int | None = None) -> None:
    """It is over: the things are free from now on, and the card becomes a recheck list."""
    incident.lock(version)
    incident.guard_running()
    now = clock.now()
    _refresh(incident, list(incident.resources.all()))
    incident.ended_at = now
    _save(incident, "ended_at")
    incident.blocked.update(is_running=False)
    absences = Absence.objects.filter(incident=incident)
    absences.filter(during__startswith__gte=now).delete()
    for absence in absences.filter(during__endswith__gt=now):
        absence.during = (absence.during.lower, now)
        absence.save(update_fields=["during"])
    facts = {"at": now.isoformat(), "records": incident.records.count()}
    Event.record("incident.ended", about=incident, by=by, facts=facts)
    _retell(incident, ENDED, now)
    Task.drop(_task(incident), by=by, outcome=_("Over"))
    if incident.records.unticked().exists():
        _put_task(incident, RECHECK, by, now)
    _finish_if_done(incident, by)
    _changed(incident)


@transaction.atomic
def tick(record: IncidentRecord, *, outcome: str, by: User) -> None:
    """Somebody has looked after the record: still in time, moved, or the customer called.

    Possible while the incident runs, too. The card is done with the last one after its end.
    Raises DomainError when it is ticked off already, naming by whom.
    """
    incident = record.incident
    incident.lock()
    record.refresh_from_db()
    if record.ticked_at is not None:
        raise DomainError(
            _("%(record)s is ticked off already, by %(name)s: %(outcome)s.")
            % {"record": record, "name": record.ticked_by, "outcome": record.get_outcome_display()},
            code="ticked",
        )
    if outcome not in IncidentRecord.Outcome.values:
        raise DomainError(_("Say how it stands: in time, moved, or called."), code="outcome_missing")
    record.outcome, record.ticked_by, record.ticked_at = outcome, by, clock.now()
    record.save(update_fields=["outcome", "ticked_by", "ticked_at"])
    names = {"record": record.label}
    Event.record(f"incident.{outcome}", about=incident, by=by, thread=record.thread, personal=names)
    _finish_if_done(incident, by)
    _changed(incident)


def follow(event: Event) -> None:
    """For later rooms to subscribe: something was booked or moved, perhaps into a running incident."""
    if event.store_id is None:
        return
    for incident in Incident.objects.filter(store=event.store_id).running().select_related("store", "part"):
        incident.lock()
        if incident.is_running:
            _refresh(incident, list(incident.resources.all()))


def _judge_span(start: datetime, end: datetime) -> None:
    if end <= start:
        raise DomainError(_("The end comes after the beginning."), code="end_before_start")
    if end <= clock.now():
        raise DomainError(_("The expected end is past. Choose a later one."), code="end_past")


def _locked(
    store: Store, kind: str, resources: Sequence[Resource], is_whole_store: bool, part: Part | None
) -> list[Resource]:
    """The things of a new card, locked; of a part's card none, but the part is."""
    if kind == Incident.Kind.PART:
        if part is None or resources or is_whole_store:
            raise DomainError(_("Name the part, and nothing else."), code="nothing_chosen")
        if part.group_id != store.group_id:
            raise DomainError(_("This part is not known here."), code="foreign")
        list(Part.objects.filter(pk=part.pk).select_for_update(no_key=True))
        return []
    if part is not None or not (resources or is_whole_store):
        raise DomainError(
            _("Choose what is affected: bays, people, or the whole store."), code="nothing_chosen"
        )
    if any(r.store_id != store.pk for r in resources):
        raise DomainError(_("A bay or person of another store cannot be chosen."), code="foreign")
    wanted = Resource.objects.filter(store=store)
    return _lock(wanted.active() if is_whole_store else wanted.filter(pk__in=[r.pk for r in resources]))


def _lock(resources: Any) -> list[Resource]:
    return list(resources.order_by("pk").select_for_update(no_key=True, of=("self",)))


def _refuse_second(store: Store, resources: list[Resource], part: Part | None) -> None:
    """One running card for each thing: its locks are held, so what is found is what holds."""
    rows = Incident.objects.filter(store=store).running()
    if part is not None:
        first, name = rows.filter(part=part).first(), part.code
    else:
        clashes = IncidentResource.objects.filter(resource__in=resources, is_running=True)
        clash = clashes.select_related("incident", "resource").order_by("pk").first()
        first, name = (clash.incident, clash.resource.name) if clash else (None, "")
    if first is not None:
        raise DomainError(
            _("%(name)s is on a running card already: “%(incident)s”. Change the estimate there.")
            % {"name": name, "incident": first},
            code="incident_running",
            extra={"incident": first.pk, "url": _url(first)},
        )


def _refresh(incident: Incident, things: Iterable[Resource]) -> None:
    """Add what has become affected. Nothing leaves the list: somebody ticks it off."""
    span = {"start": incident.starts_at, "end": incident.expected_end_at}
    _note(incident, affected.find(incident.store, resources=things, part=incident.part, **span))


def _note(incident: Incident, records: list[affected.Record]) -> None:
    IncidentRecord.objects.bulk_create(
        (
            IncidentRecord(
                incident=incident, subject=r.subject, thread=r.thread, label=r.label[:120], url=r.url,
                due_at=r.due_at, things=", ".join(r.things)[:200],
            )
            for r in records
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def _finish_if_done(incident: Incident, by: User) -> None:
    if incident.is_running or incident.records.unticked().exists():
        return
    incident.done_at = clock.now()
    _save(incident, "done_at")
    Task.drop(_task(incident), by=by, outcome=_("All rechecked"))
    Event.record("incident.done", about=incident, by=by)


def _save(incident: Incident, field: str) -> None:
    incident.version += 1
    incident.save(update_fields=[field, "version"])


def _readers(incident: Incident, by: User) -> list[User]:
    """Desk and floor of the store; the parts clerks where it is about a part."""
    more = (Role.PARTS_CLERK,) if incident.part_id else ()
    people = User.objects.filter(store=incident.store).with_role(*DESK, *FLOOR, *more)
    return list(people.exclude(pk=by.pk).order_by("pk"))


def _retell(incident: Incident, text: str, until: datetime, **more: str) -> None:
    """In the same line as before: whoever had it reads on, nobody is alarmed a second time."""
    people = User.objects.filter(store=incident.store)
    Notice.retell(people, text, url=_url(incident), **_words(incident, until), **more)


def _words(incident: Incident, until: datetime) -> dict[str, str]:
    return {
        "what": incident.what,
        "said": incident.text,
        "until": f"{timezone.localtime(until):%m-%d %H:%M}",
    }


def _url(incident: Incident) -> str:
    return reverse("capacity:incident", args=[incident.pk])


def _task(incident: Incident) -> str:
    return f"incident:{incident.pk}"


def _remind(incident: Incident) -> None:
    """At the expected end whoever opened it is asked whether it is over."""
    Task.drop(_task(incident), by=None, outcome=_("New estimate"))
    _put_task(incident, IS_IT_OVER, incident.opened_by, incident.expected_end_at)


def _put_task(incident: Incident, title: str, owner: User, due_at: datetime) -> None:
    Task.put(
        _task(incident), about=incident, kind="incident", title=title, params={"text": incident.text},
        owner=owner, due_at=due_at, url=_url(incident),
    )  # fmt: skip


def _changed(incident: Incident) -> None:
    affected.forget(incident.store_id)
    announce(incident.store_id, "board")
