"""What the customer brings along. Source: domain description §4."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.appointments.models import Appointment
from apps.appointments.models.enquiry import Item
from apps.catalog.models import WorkKind
from apps.customers.models import Vehicle

Kind, Mobility = Appointment.Kind, Appointment.Mobility


class Document(models.TextChoices):
    """Papers and keys, in the order in which they are read out."""

    VEHICLE_LICENCE = "vehicle_licence", gettext_lazy("vehicle licence")
    MAINTENANCE_BOOK = "maintenance_book", gettext_lazy("maintenance book")
    FIRST_VOUCHER = "first_voucher", gettext_lazy("first-maintenance voucher")
    DRIVING_LICENCE = "driving_licence", gettext_lazy("driving licence")
    PURCHASE_INVOICE = "purchase_invoice", gettext_lazy("purchase invoice")
    SERVICE_RECORD = "service_record", gettext_lazy("record of the earlier visit")
    SPARE_KEY = "spare_key", gettext_lazy("spare key")


def to_bring(
    kind: str, mobility: str = "", works: Collection[str] = (), *, is_first_service: bool = False
) -> list[Document]:
    """What ``kind``, ``mobility`` and the kinds of work (``WorkKind``) ask for. Pure.

    The book shows the maintenance history on which claims depend; the invoice when liability began; the
    driving licence is what insurers and a courtesy car's agreement ask for; the spare key stays with the car
    that we fetch or keep for body and paint.
    """
    body = kind == Kind.BODY_PAINT or bool({WorkKind.BODY, WorkKind.PAINT} & set(works))
    claim = kind in (Kind.INSPECTION_REPAIR, Kind.CAMPAIGN, Kind.COMEBACK)
    maintained = kind in (Kind.MAINTENANCE_REPAIR, Kind.EXPRESS) and not body
    asked = {
        Document.VEHICLE_LICENCE: True,
        Document.MAINTENANCE_BOOK: maintained or claim or WorkKind.MAINTENANCE in works,
        Document.FIRST_VOUCHER: is_first_service,
        Document.DRIVING_LICENCE: body or mobility == Mobility.COURTESY,
        Document.PURCHASE_INVOICE: claim,
        Document.SERVICE_RECORD: kind == Kind.COMEBACK,
        Document.SPARE_KEY: body or mobility == Mobility.FETCHED,
    }
    return [document for document, needed in asked.items() if needed]


def of(vehicle: Vehicle, lines: Iterable[Item], kind: str, mobility: str) -> list[Document]:
    """For a booking of ``vehicle`` with ``lines``, saved or not.

    No query if the lines have their operation and package, and the vehicle its model's brand.
    """
    lines = list(lines)
    packages = {line.package.service_km for line in lines if line.package}
    return to_bring(
        kind,
        mobility,
        {line.operation.work_kind for line in lines if line.operation},
        is_first_service=bool(vehicle.model and vehicle.model.brand.first_service_km in packages),
    )


def of_appointment(appointment: Appointment) -> list[Document]:
    """For a saved appointment. One query unless its items are prefetched, and the vehicle's model."""
    lines = appointment.items.all()
    if "items" not in getattr(appointment, "_prefetched_objects_cache", {}):
        lines = lines.select_related("operation", "package")
    return of(appointment.vehicle, lines, appointment.kind, appointment.mobility)


def spoken(documents: Iterable[Document]) -> str:
    """As one says it: ``vehicle licence, maintenance book``."""
    return _(", ").join(str(document.label) for document in documents)
