"""Read models of orders: what the customer sees, what waits for consent, what must add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from apps.capacity import affected
from apps.core.money import fen
from apps.desk.models import File
from apps.desk.models.event import subject_key
from apps.workorders.models import Line, OrderVersion, WorkOrder, tax_inside

TEMPLATE_VERSION = "2026-1"
"""Names the wording and the terms of the order form; raise it with every change of either."""

RELATED = ("store", "vehicle__model__brand", "customer", "advisor")


def content(order: WorkOrder, number: int, lines: Sequence[Line] | None = None) -> dict:
    """Everything the customer sees of ``order`` as version ``number``: JSON of texts, whole numbers,
    truth values and None. Amounts and quantities are texts with two decimals, times UTC.

    Three queries; two with the order's ``lines`` given.
    """
    fresh = WorkOrder.objects.select_related(*RELATED).get(pk=order.pk)
    if lines is None:
        lines = list(fresh.lines.select_related("authorised_in"))
    photos = photos_of(lines)
    return {
        "number": fresh.number,
        "version": number,
        "store": {k: getattr(fresh.store, k) for k in ("name", "address", "hotline")},
        "customer": {"name": fresh.customer.name, "phone": fresh.customer.phone},
        "vehicle": _vehicle(fresh),
        "advisor": {"name": fresh.advisor.name, "phone": fresh.advisor.phone},
        "words": fresh.customer_words,
        "opened_at": _utc(fresh.opened_at),
        "promised_at": _utc(proposed_promise(fresh, lines)),
        "options": {
            "payment": fresh.payment_method,
            "old_parts": fresh.old_parts,
            "wash": fresh.wants_wash,
            "hand_back": fresh.hand_back,
            "contact": fresh.contact_name,
            "contact_phone": fresh.contact_phone,
        },
        "tolerance": {"amount": _text(fresh.tolerance_amount), "minutes": fresh.tolerance_minutes},
        "totals": totals(fresh, lines),
        "lines": [_line(line, photos.get(line.pk, [])) for line in lines],
    }


def proposed_promise(order: WorkOrder, lines: Iterable[Line]) -> datetime | None:
    """The time the customer is shown: the promise, or with additional work the later one it leads to."""
    waits = order.status != WorkOrder.Status.ESTIMATE and any(line.state == "waiting" for line in lines)
    if not waits or not order.promised_at or not order.computed_ready_at:
        return order.promised_at
    return max(order.promised_at, rounded_up(order.computed_ready_at))


def rounded_up(moment: datetime, minutes: int = 15) -> datetime:
    """The next full quarter of an hour: nobody promises 14:07."""
    step = minutes * 60
    return datetime.fromtimestamp(-(-int(moment.timestamp()) // step) * step, tz=moment.tzinfo)


def totals(order: WorkOrder, lines: Iterable[Line]) -> dict:
    """Sums of the standing lines as texts; ``customer`` is what he pays himself, ``tax`` lies inside."""
    standing = [line for line in lines if not line.declined_at]

    def of(*kinds: str) -> Decimal:
        return sum((line.amount for line in standing if line.kind in kinds), Decimal("0.00"))

    total = of(*Line.Kind.values)
    return {
        "labour": _text(of(Line.Kind.LABOUR)),
        "parts": _text(of(Line.Kind.PART)),
        "other": _text(of(Line.Kind.SUBLET, Line.Kind.FEE)),
        "discount": _text(sum((line.discount for line in standing), Decimal("0.00"))),
        "total": _text(total),
        "tax": _text(tax_inside(total, order.tax_percent)),
        "tax_percent": _text(order.tax_percent),
        "customer": _text(sum((line.charge for line in standing), Decimal("0.00"))),
    }


def photos_of(lines: Iterable[Line]) -> dict[int, list[File]]:
    """Photos taken for lines, by line id, oldest first. One query, none without lines."""
    by_subject = {subject_key(line): line.pk for line in lines}
    found: dict[int, list[File]] = {}
    if by_subject:
        for file in File.objects.filter(subject__in=by_subject, kind="workorders.photo").order_by(
            "created_at", "pk"
        ):
            found.setdefault(by_subject[file.subject], []).append(file)
    return found


def drift(lines: Iterable[Line]) -> Decimal:
    """By how much authorised lines now cost the customer more than he agreed to at the last consent.

    Line by line and never netted: what became cheaper elsewhere does not pay for it. It depends on the
    present figures alone, so the order of changes does not matter.
    """
    return sum(
        (
            max(line.charge - line.agreed_amount, Decimal(0))
            for line in lines
            if line.authorised_in_id and line.agreed_amount is not None
        ),
        Decimal("0.00"),
    )


def latest_version(order: WorkOrder) -> OrderVersion | None:
    """The newest frozen version with its consent, if any. One query."""
    return order.versions.select_related("authorisation", "made_by").order_by("-number").first()


def is_current(version: OrderVersion) -> bool:
    """Whether the order still is what this version shows. Three queries."""
    return content(version.order, version.number) == version.content


def total_differences() -> list[str]:
    """Sentences about orders whose totals are not the sums of their lines. One query."""
    standing = Q(lines__declined_at=None)
    zero = Decimal(0)
    field: DecimalField = DecimalField(max_digits=14, decimal_places=2)

    def summed(condition: Q) -> Coalesce:
        return Coalesce(Sum("lines__amount", filter=condition), zero, output_field=field)

    rows = WorkOrder.objects.annotate(
        labour=summed(standing & Q(lines__kind=Line.Kind.LABOUR)),
        parts=summed(standing & Q(lines__kind=Line.Kind.PART)),
        everything=summed(standing),
    ).exclude(labour_total=F("labour"), parts_total=F("parts"), total=F("everything"))
    return [
        f"{number}: totals {labour_total}/{parts_total}/{total}, lines sum to {labour}/{parts}/{everything}"
        for number, labour_total, parts_total, total, labour, parts, everything in rows.values_list(
            "number", "labour_total", "parts_total", "total", "labour", "parts", "everything"
        )
    ]


def version_differences() -> list[str]:
    """Sentences about frozen versions whose content no longer has its hash. One query, streamed."""
    return [
        f"{version.pk}: version {version.number} of order {version.order_id} does not have its hash"
        for version in OrderVersion.objects.order_by("pk").iterator(chunk_size=500)
        if not version.is_intact()
    ]


def charges() -> Case:
    """SQL: what the customer himself is to pay for a line."""
    return Case(
        When(payer=Line.Payer.CUSTOMER, then=F("amount")),
        default=Decimal(0),
        output_field=DecimalField(max_digits=12, decimal_places=2),
    )


def _vehicle(order: WorkOrder) -> dict:
    vehicle = order.vehicle
    return {
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "model": vehicle.model_name,
        "colour": vehicle.colour,
        "engine_number": vehicle.engine_number,
        "odometer_km": order.odometer_km,
    }


def _line(line: Line, photos: list[File]) -> dict:
    return {
        "id": line.pk,
        "kind": line.kind,
        "code": line.code,
        "description": line.description,
        "reason": line.reason,
        "quantity": _text(line.quantity),
        "unit": line.unit,
        "unit_price": _text(line.unit_price),
        "discount": _text(line.discount),
        "amount": _text(line.amount),
        "payer": line.payer,
        "wish": line.wish,
        "additional": line.is_additional,
        "safety": line.is_safety_relevant,
        "agreed_in": line.authorised_in.number if line.authorised_in else None,
        "declined": bool(line.declined_at),
        "photos": [photo.sha256 for photo in photos],
    }


def _text(value: Decimal) -> str:
    return str(fen(value))


def _utc(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def record_of(order: WorkOrder, holder: int | None) -> affected.Record:
    """The order as a row of an incident's list. Select ``vehicle``."""
    label = f"{order.number} {order.vehicle.plate}".strip()
    url = reverse("workorders:detail", args=[order.pk])
    return affected.Record(subject_key(order), order.event_thread, label, url, order.promised_at, [holder])
