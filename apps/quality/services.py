"""Checking a car, sending it back, washing it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.accounts.roles import MANAGERS
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event, Notice
from apps.quality.checklist import BAD, NOT_APPLICABLE, VERDICTS, items_for
from apps.quality.models import QualityCheck, Rework, Wash
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking, Job


@dataclass(frozen=True)
class Findings:
    """What the checker saw: ``verdicts`` and ``notes`` by checklist code."""

    verdicts: dict[str, str]
    notes: dict[str, str]
    note: str = ""
    road_test_km: int | None = None
    exception_reason: str = ""


def is_safety_relevant(order: WorkOrder) -> bool:
    """Whether any authorised line concerns safety: then more is checked, with a road test. One query."""
    return order.lines.filter(is_safety_relevant=True, declined_at=None).exists()


def doers(order: WorkOrder) -> set[int]:
    """Ids of everybody who clocked on the order. One query."""
    return set(Clocking.objects.filter(job__order=order).values_list("technician_id", flat=True))


@transaction.atomic
def pass_order(order: WorkOrder, findings: Findings, *, by: User) -> QualityCheck:
    """The car is right. It goes to the wash the customer wished for, else it is ready.

    Refused: an item not judged or bad, no road test where safety is concerned, one's own work.
    """
    order.lock()
    items = _judge(order, findings)
    if bad := [item["code"] for item in items if item["verdict"] == BAD]:
        texts = items_for(safety_relevant=True)
        raise DomainError(
            _("Not passed: %(items)s. Send the car back, or judge these again.")
            % {"items": ", ".join(str(texts[code]) for code in bad)},
            code="bad_items",
        )
    if is_safety_relevant(order) and not findings.road_test_km:
        raise DomainError(
            _("%(order)s has safety-relevant work: drive it and enter the kilometres.") % {"order": order},
            code="road_test_missing",
        )
    check = _record(order, QualityCheck.Result.PASSED, items, findings, by=by)
    if order.wants_wash:
        Wash.objects.create(store_id=order.store_id, order=order, asked_at=clock.now())
        announce(order.store_id, "board")
    else:
        order.move_to_ready(by=by)
    return check


@transaction.atomic
def fail_order(order: WorkOrder, findings: Findings, reworks: dict[Job, str], *, by: User) -> QualityCheck:
    """Send the car back: each job in ``reworks`` is opened again with what must be done.

    The advisor hears of it. Refused without a note, without a job, or on one's own work.
    """
    order.lock()
    items = _judge(order, findings, complete=False)
    if not findings.note.strip():
        raise DomainError(_("Say what is wrong with %(order)s.") % {"order": order}, code="note_missing")
    if not reworks:
        raise DomainError(_("Choose at least one job that must be done again."), code="rework_missing")
    check = _record(order, QualityCheck.Result.FAILED, items, findings, by=by)
    order.back_to_work(by=by, reason=findings.note)
    for job, reason in sorted(reworks.items(), key=lambda pair: pair[0].pk):
        job.reopen(by=by, reason=reason or findings.note)
        Rework.objects.create(check_failed=check, job=job, reason=(reason or findings.note)[:300])
    Notice.tell(
        [order.advisor],
        gettext_noop("%(number)s failed the quality check: %(note)s"),
        url=reverse("workorders:detail", args=[order.pk]),
        number=order.number,
        note=findings.note[:120],
    )
    return check


@transaction.atomic
def finish_wash(order: WorkOrder, *, parked_at: str, keys_at: str, by: User) -> Wash:
    """Washed, restored and parked: the order is ready."""
    order.lock()
    wash = Wash.objects.select_for_update().filter(order=order, done_at=None).first()
    if wash is None:
        raise DomainError(_("%(order)s is not waiting for a wash.") % {"order": order}, code="no_wash")
    if not parked_at.strip():
        raise DomainError(_("Enter where the car is parked."), code="place_missing")
    wash.done_at, wash.done_by = clock.now(), by
    wash.parked_at, wash.keys_at = parked_at.strip()[:40], keys_at.strip()[:40]
    wash.save(update_fields=["done_at", "done_by", "parked_at", "keys_at"])
    order.move_to_ready(by=by)
    return wash


def _judge(order: WorkOrder, findings: Findings, *, complete: bool = True) -> list[dict[str, str]]:
    order.require(WorkOrder.Status.AWAITING_QC)
    if Wash.objects.filter(order=order).exists():
        raise DomainError(_("%(order)s has already passed its check.") % {"order": order}, code="checked")
    items = []
    for code, text in items_for(safety_relevant=is_safety_relevant(order)).items():
        verdict = findings.verdicts.get(code, "")
        if verdict not in VERDICTS:
            if complete:
                raise DomainError(_("“%(item)s” is not judged yet.") % {"item": text}, code="item_missing")
            verdict = NOT_APPLICABLE
        items.append({"code": code, "verdict": verdict, "note": findings.notes.get(code, "")[:200]})
    return items


def _record(
    order: WorkOrder, result: str, items: list[dict[str, str]], findings: Findings, *, by: User
) -> QualityCheck:
    if by.pk in doers(order) and not (by.role in MANAGERS and findings.exception_reason.strip()):
        raise DomainError(
            _("You worked on %(order)s; somebody else must check it. A manager may, with a reason.")
            % {"order": order},
            code="own_work",
        )
    check = QualityCheck.objects.create(
        store_id=order.store_id,
        order=order,
        round=QualityCheck.objects.filter(order=order).count() + 1,
        result=result,
        items=items,
        road_test_km=findings.road_test_km,
        note=findings.note.strip()[:500],
        exception_reason=findings.exception_reason.strip()[:200],
        checked_by=by,
        checked_at=clock.now(),
    )
    Event.record(f"quality.{result}", about=check, by=by, thread=order.event_thread, reason=check.note[:300])
    return check
