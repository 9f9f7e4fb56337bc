"""Completed callbacks as a table for the maker's system: one row a call, the codes of its old format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.callbacks import standards
from apps.callbacks.models import FollowUp, NewCarTalk, PostRepair
from apps.callbacks.models.forms import UNKNOWN_MILEAGE_EXPORT
from apps.calls.models import Call
from apps.core import phones, sheets

CHUNK = 500


def completed(user: User, month: date) -> QuerySet[Call]:
    """The callbacks of ``standards.QUEUES`` finished in the month, in order of time."""
    first, last = standards.month_of(month)
    rows = Call.objects.visible_to(user).filter(queue__in=standards.QUEUES, state__in=["done", "unreached"])
    rows = rows.filter(finished_at__date__range=(first, last)).select_related(
        "store", "vehicle", "finished_by", "customer"
    )
    return rows.order_by("finished_at", "pk")


def lines(calls: QuerySet[Call]) -> Iterator[str]:
    """The CSV file, a line at a time. Four queries for each five hundred calls."""
    yield "\ufeff" + sheets.csv_line(_headings())
    page: list[Call] = []
    for call in calls.iterator(chunk_size=CHUNK):
        page.append(call)
        if len(page) == CHUNK:
            yield from _page(page)
            page = []
    yield from _page(page)


def _page(calls: list[Call]) -> Iterator[str]:
    forms = forms_of(calls)
    for call in calls:
        yield sheets.csv_line(list(record(call, forms.get(call.pk)).values()))


def forms_of(calls: Iterable[Call]) -> dict[int, Any]:
    """``{call id: what was written down}``. Three queries."""
    forms: dict[int, Any] = {}
    for kind in (NewCarTalk, FollowUp, PostRepair):
        forms |= {form.call_id: form for form in kind.objects.filter(call__in=calls)}
    return forms


def _headings() -> list[str]:
    return [
        _("Store"), _("Queue"), _("Customer"), _("Phone"), _("Spoken to"), _("Plate"), _("VIN"), _("Agent"),
        _("Date"), _("Time"), _("Days since the previous level"), _("Result"), _("Mileage, km"),
        _("What was said"),
    ]  # fmt: skip


def record(call: Call, form: Any) -> dict[str, str]:
    """One completed call by the names of the maker's record; texts in the active language."""
    at = timezone.localtime(call.finished_at)
    days = call.days_since_previous
    return {
        "store": call.store.name,
        "queue": str(call.kind.label),
        "customer": call.customer_name,
        "phone": phones.display(call.customer_phone).replace(" ", ""),
        "spoken_to": call.person_spoken_to,
        "plate": call.vehicle.plate if call.vehicle else "",
        "vin": call.vehicle.vin if call.vehicle else "",
        "agent": call.finished_by.name if call.finished_by else "",
        "date": f"{at:%Y-%m-%d}",
        "time": f"{at:%H:%M}",
        "days_since_previous": "" if days is None else str(days),
        "result": str(call.get_state_display()),
        "odometer_km": _mileage(form),
        "said": _said(call, form),
    }


def _mileage(form: Any) -> str:
    """The old format writes 11 where nobody knows it; where it is not asked it stays empty."""
    if isinstance(form, PostRepair) or form is None or (isinstance(form, NewCarTalk) and form.level == 1):
        return ""
    return str(UNKNOWN_MILEAGE_EXPORT if form.odometer_km is None else form.odometer_km)


def _said(call: Call, form: Any) -> str:
    if isinstance(form, PostRepair):
        told = [form.get_solved_display(), str(form.satisfaction), form.suggestions]
    elif isinstance(form, NewCarTalk):
        told = [form.condition, form.get_product_display() or form.get_sale_display(), form.remarks]
    elif isinstance(form, FollowUp):
        told = [form.condition, form.questions, form.advice, form.get_outcome_display()]
    else:
        told = [call.note]
    return "; ".join(piece for piece in told if piece)
