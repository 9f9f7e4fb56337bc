"""The walk-around's verbs: marks, odometer, register, signature, slip."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.core.errors import DomainError
from apps.customers.models import Reading
from apps.desk.models import Event, File, PdfJob
from apps.reception import drawing, services, slip
from apps.reception.models import Damage, WalkAround
from tests.reception.factories import (
    SIGNATURE,
    make_customer_vehicle,
    make_damage,
    make_visit,
    make_walk_around,
)


def picture(size=(40, 30), name="p.jpg"):
    buffer = BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "JPEG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/jpeg")


def signature():
    return SimpleUploadedFile("signature.png", SIGNATURE, "image/png")


def save(visit, by, **fields):
    given = {"odometer_km": 50_000, "energy_percent": 60, "valuables_reminded": True} | fields
    return services.save_walk_around(visit, by=by, **given)


def test_the_zone_is_computed_here_and_not_believed(cast):
    visit = make_visit(cast)
    x, y = drawing.anchor_of("roof")
    mark = services.add_mark(visit, by=cast.advisor, kind="dent", x=x, y=y, zone="left_front_door")
    assert mark.zone == "roof"


def test_a_zone_alone_puts_the_mark_in_its_middle(cast):
    mark = services.add_mark(make_visit(cast), by=cast.advisor, kind="rust", zone="boot")
    assert (mark.zone, (mark.x, mark.y)) == ("boot", drawing.anchor_of("boot"))


def test_a_mark_sent_twice_is_one_mark_with_one_photo(cast):
    visit = make_visit(cast)
    first = services.add_mark(visit, by=cast.advisor, kind="dent", zone="boot", client_key="k1")
    again = services.add_mark(
        visit, by=cast.advisor, kind="dent", zone="boot", client_key="k1", photo=picture()
    )
    third = services.add_mark(
        visit, by=cast.advisor, kind="dent", zone="boot", client_key="k1", photo=picture()
    )
    assert first.pk == again.pk == third.pk
    assert again.photo == third.photo
    assert File.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<script>alert(1)</script>", "not_a_photo"), (b"x" * (12 * 1024 * 1024 + 1), "file_too_large")],
)
def test_a_wrong_photo_is_refused_and_no_mark_is_half_saved(cast, data, code):
    visit = make_visit(cast)
    with pytest.raises(ValidationError) as refusal:
        services.add_mark(
            visit, by=cast.advisor, kind="dent", zone="boot", photo=SimpleUploadedFile("p.jpg", data)
        )
    assert refusal.value.code == code
    assert not Damage.objects.exists()
    assert not File.objects.exists()


def test_the_reading_goes_into_the_vehicles_file(cast):
    visit = make_visit(cast, waits_here=True)
    save(visit, cast.advisor, odometer_km=48_210)
    reading = Reading.objects.get(vehicle=visit.vehicle)
    assert (reading.odometer_km, reading.source) == (48_210, "visit")
    visit.vehicle.refresh_from_db()
    assert visit.vehicle.odometer_km == 48_210


def test_an_odometer_that_went_backwards_is_refused_without_a_reason(cast):
    visit = make_visit(cast, waits_here=True)
    save(make_visit(cast, vehicle=make_customer_vehicle(cast), waits_here=True), cast.advisor)
    visit.vehicle.record_reading(60_000, visit.arrived_at.date(), "call", cast.advisor)
    with pytest.raises(DomainError) as refusal:
        save(visit, cast.advisor, odometer_km=59_999)
    assert refusal.value.code == "odometer_backwards"
    assert not WalkAround.objects.filter(visit=visit).exists()
    save(visit, cast.advisor, odometer_km=10, odometer_replaced_reason="Cluster replaced")
    visit.vehicle.refresh_from_db()
    assert visit.vehicle.odometer_km == 10


def test_who_leaves_the_car_must_sign(cast):
    visit = make_visit(cast, waits_here=False)
    with pytest.raises(DomainError) as refusal:
        save(visit, cast.advisor)
    assert refusal.value.code == "signature_required"
    walk = save(visit, cast.advisor, signature=signature(), signed_name="李小红")
    assert walk.is_mandatory
    assert walk.signed_name == "李小红"


def test_who_waits_for_a_quick_job_need_not_sign(cast):
    walk = save(make_visit(cast, waits_here=True, expected_hours=1), cast.advisor)
    assert not walk.is_mandatory
    assert walk.signed_at is None
    assert not PdfJob.objects.exists()


def test_the_signed_slip_is_frozen_and_its_hash_is_that_of_its_content(cast):
    visit = make_visit(cast)
    make_damage(visit)
    walk = save(visit, cast.advisor, signature=signature(), belongings="伞")
    assert walk.sha256 == slip.digest(walk.content)
    assert walk.content["belongings"] == "伞"
    assert len(walk.content["damages"]) == 1
    assert PdfJob.objects.get(kind="reception.slip").object_id == walk.pk
    for change in (
        lambda: save(visit, cast.advisor, signature=signature()),
        lambda: services.add_mark(visit, by=cast.advisor, kind="dent", zone="boot"),
        lambda: services.remove_mark(visit.damages.get(), by=cast.advisor),
    ):
        with pytest.raises(DomainError) as refusal:
            change()
        assert refusal.value.code == "slip_signed"


def test_any_change_of_what_is_signed_changes_the_hash(cast):
    walk = save(make_visit(cast), cast.advisor, signature=signature())
    assert slip.digest(walk.content | {"odometer_km": walk.odometer_km + 1}) != walk.sha256


def test_an_unsigned_walk_around_may_be_corrected(cast):
    visit = make_visit(cast, waits_here=True)
    save(visit, cast.advisor, belongings="伞")
    assert save(visit, cast.advisor, belongings="伞和书").belongings == "伞和书"
    assert WalkAround.objects.count() == 1
    assert Reading.objects.count() == 1


def test_an_earlier_damage_that_is_gone_leaves_a_trace(cast):
    visit = make_visit(cast)
    old = make_damage(make_visit(cast, status="left"))
    services.remove_mark(make_damage(visit, carried_from=old), by=cast.advisor)
    assert Event.objects.about(visit).get().kind == "damage.gone"


def test_a_visit_that_is_over_takes_no_walk_around(cast):
    with pytest.raises(DomainError) as refusal:
        save(make_visit(cast, status="left"), cast.advisor)
    assert refusal.value.code == "visit_closed"


def test_a_copy_needs_a_walk_around(cast):
    visit = make_visit(cast)
    with pytest.raises(DomainError):
        services.issue_slip_link(visit, by=cast.advisor)
    make_walk_around(visit)
    assert "/l/" in services.issue_slip_link(visit, by=cast.advisor)


def test_a_field_nobody_knows_is_a_mistake_of_the_caller(cast):
    with pytest.raises(TypeError):
        save(make_visit(cast, waits_here=True), cast.advisor, colour="red")
