"""What the page knows while the customer speaks: the next service, the shelf, what to bring along."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.appointments.documents import of_appointment, to_bring
from apps.appointments.items import Ask
from apps.appointments.models import Appointment
from apps.catalog.models import Package
from apps.catalog.selectors import service_package
from apps.core import clock
from apps.customers import due
from apps.customers.models import ServiceRecord
from apps.messaging.models import Message
from apps.messaging.words import Words
from tests.appointments.factories import make_appointment, make_package, make_part, make_vehicle
from tests.appointments.test_booking_page import DRAFT, NEW, text, typed
from tests.parts.factories import make_stock

TODAY = date(2026, 6, 1)


def record(arrived_on, km, description="保养"):
    return ServiceRecord(reference="W1", arrived_on=arrived_on, odometer_km=km, description=description)


LICENCE, BOOK = "vehicle_licence", "maintenance_book"


@pytest.mark.parametrize(
    ("kind", "mobility", "works", "first", "papers"),
    [
        ("maintenance", "", [], False, [LICENCE, BOOK]),
        ("express", "", ["maintenance"], False, [LICENCE, BOOK]),
        ("maintenance", "", ["maintenance"], True, [LICENCE, BOOK, "first_voucher"]),
        ("maintenance", "courtesy", [], False, [LICENCE, BOOK, "driving_licence"]),
        ("maintenance", "fetched", [], False, [LICENCE, BOOK, "spare_key"]),
        ("maintenance", "", ["body"], False, [LICENCE, "driving_licence", "spare_key"]),
        ("body_paint", "", [], False, [LICENCE, "driving_licence", "spare_key"]),
        ("body_paint", "", ["maintenance"], False, [LICENCE, BOOK, "driving_licence", "spare_key"]),
        ("inspection", "", [], False, [LICENCE, BOOK, "purchase_invoice"]),
        ("campaign", "", [], False, [LICENCE, BOOK, "purchase_invoice"]),
        ("comeback", "", [], False, [LICENCE, BOOK, "purchase_invoice", "service_record"]),
    ],
)
def test_what_the_customer_brings(kind, mobility, works, first, papers):
    assert to_bring(kind, mobility, works, is_first_service=first) == papers


@pytest.mark.parametrize(
    ("odometer", "per_day", "purchased", "last", "expected"),
    [  # expected: at km, in the schedule, due on, km left, the first one
        (2_000, None, date(2026, 4, 30), None, (5_000, 5_000, date(2026, 7, 30), 3_000, True)),
        (None, None, date(2025, 11, 30), None, (5_000, 5_000, date(2026, 2, 28), None, True)),
        (
            19_300,
            None,
            None,
            record(date(2026, 1, 10), 10_200),
            (20_200, 20_000, date(2026, 7, 10), 900, False),
        ),
        (
            19_300,
            100,
            None,
            record(date(2026, 1, 10), 10_200),
            (20_200, 20_000, date(2026, 6, 10), 900, False),
        ),
        (
            21_000,
            100,
            None,
            record(date(2026, 4, 1), 10_200),
            (20_200, 20_000, date(2026, 10, 1), -800, False),
        ),
        (19_300, None, None, None, (20_000, 20_000, None, 700, False)),
        (20_000, None, None, None, (20_000, 20_000, None, 0, False)),
        (0, None, None, None, (10_000, 10_000, None, 10_000, False)),
        (None, None, None, None, None),
    ],
)
def test_when_the_next_service_is_due(model, odometer, per_day, purchased, last, expected):
    found = due.next_service(
        model,
        odometer_km=odometer,
        per_day=per_day and Decimal(per_day),
        purchased_on=purchased,
        last=last,
        today=TODAY,
    )
    assert (found and (found.at_km, found.number_km, found.due_on, found.km_left, found.is_first)) == expected


def test_a_repair_does_not_put_off_the_service():
    repair, service = record(TODAY, 18_000, "更换前刹车片"), record(TODAY, 10_000, "更换机油")
    assert due.last_service([repair, service]) is service
    assert due.last_service([repair]) is None


def test_the_fitting_package_is_the_largest_that_divides_and_suits_the_energy(cast, model):
    for code, km, energy in (
        ("A", 10_000, ""),
        ("B", 20_000, ""),
        ("E", 10_000, "electric"),
        ("N", None, ""),
    ):
        Package.objects.create(group=cast.group, code=code, name=code, service_km=km, energy=energy)
    Package.objects.create(group=cast.group, code="O", name="O", service_km=30_000, is_active=False)

    def fitting(km):
        return getattr(service_package(cast.advisor, model, km), "code", None)

    assert [fitting(km) for km in (10_000, 20_000, 30_000, 5_000)] == ["A", "B", "A", None]
    model.energy = "electric"
    assert [fitting(km) for km in (20_000, 5_000)] == ["E", None]


def test_the_due_service_is_offered_with_its_package(cast, desk, model):
    package = make_package(cast.store)
    Package.objects.filter(pk=package.pk).update(service_km=10_000)
    car = make_vehicle(cast.store, model=model, odometer_km=19_300)
    answer = desk.get(NEW, {"vehicle": car.pk})
    assert answer.context["service_package"] == package
    assert answer.context["service_tone"] == "block"
    assert f'value="package:{package.pk}@recommended"' in text(answer)
    car.record_reading(25_000, clock.today(), "call", cast.advisor)
    ServiceRecord.objects.create(
        vehicle=car, reference="W1", arrived_on=clock.today(), odometer_km=14_000, description="保养"
    )
    assert desk.get(NEW, {"vehicle": car.pk}).context["service_tone"] == "late"


def test_a_service_of_another_store_stays_hidden_until_the_file_is_opened(cast, desk, model):
    theirs = make_vehicle(cast.other_store, "浙C55555", model=model, odometer_km=19_300)
    assert "service" not in desk.get(NEW, {"vehicle": theirs.pk}).context


def test_beside_each_line_stands_whether_its_parts_are_there(cast, desk):
    car, package = make_vehicle(cast.store), make_package(cast.store)
    part = make_part(cast.store)
    asked = typed(car, item=[f"package:{package.pk}"], quantity=["1"], wish=["wished"])
    assert not desk.post(DRAFT, asked).context["draft"].rows[0].is_on_shelf, "nobody counts stock here"
    make_stock(cast, part, 7)
    row = desk.post(DRAFT, asked).context["draft"].rows[0]
    assert row.is_on_shelf
    assert row.short == []
    asked |= {
        "item": [f"package:{package.pk}", f"part:{part.pk}"],
        "quantity": ["1", "4"],
        "wish": ["wished"] * 2,
    }
    both = desk.post(DRAFT, asked)
    assert [s.part for row in both.context["draft"].rows for s in row.short] == [part, part], "eight of seven"
    assert both.context["draft"].rows[0].short[0].on > clock.today()
    assert part.name in text(both)


def test_what_to_bring_is_read_out_written_to_the_customer_and_kept_with_the_appointment(cast, desk):
    car = make_vehicle(cast.store)
    page = text(desk.post(DRAFT, typed(car, kind="body_paint"), headers={"Accept-Language": "en"}))
    assert "driving licence" in page[page.index('id="readback"') :]
    desk.post(NEW, typed(car, kind="body_paint"))
    appointment = Appointment.objects.get()
    detail = desk.get(f"/appointments/{appointment.pk}/", headers={"Accept-Language": "en"})
    assert detail.context["bring"] == ["vehicle_licence", "driving_licence", "spare_key"]

    told = Words().of(Message.objects.get(kind="appointment.booked"), None).text
    assert "driving licence" in told or "驾驶证" in told


def test_the_first_maintenance_asks_for_its_voucher(cast, model):
    package = make_package(cast.store)
    Package.objects.filter(pk=package.pk).update(service_km=5_000)
    package.refresh_from_db()
    car = make_vehicle(cast.store, model=model, purchased_on=clock.today() - timedelta(days=60))
    booked = make_appointment(cast.store, vehicle=car, asks=[Ask(package)])
    assert of_appointment(booked) == [LICENCE, BOOK, "first_voucher"]
