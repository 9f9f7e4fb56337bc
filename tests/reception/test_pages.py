"""The pages: they do it, refuse strangers, refuse GET, keep what was typed."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.core import clock
from apps.desk.models import Link
from apps.reception import services
from apps.reception.models import Damage, Interview, WalkAround
from tests.reception.factories import (
    SIGNATURE,
    SIGNATURE_URL,
    make_appointment,
    make_customer_vehicle,
    make_damage,
    make_interview,
    make_visit,
    make_walk_around,
)

WALK = {"odometer_km": "48210", "energy_percent": "60", "valuables_reminded": "on", "waits_here": "on"}
NASTY = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def advisor(cast, client):
    """Logged in as the advisor, in English."""
    client.force_login(cast.advisor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def url(name, row=None):
    return reverse(f"reception:{name}", args=[row.pk] if row else [])


@pytest.mark.parametrize(
    "name", ["arrival", "queue", "queue_fragment", "welcome", "welcome_fragment", "visits"]
)
@pytest.mark.parametrize("rows", [0, 3])
def test_the_lists_open_empty_and_full(cast, client, name, rows):
    for _row in range(rows):
        make_visit(cast, status="waiting")
        make_visit(cast)
        make_appointment(cast)
    assert client.get(url(name)).status_code == 200


@pytest.mark.parametrize("name", ["visit", "walk_around", "interview"])
@pytest.mark.parametrize("status", ["waiting", "in_reception", "in_house", "left"])
@pytest.mark.parametrize("filled", [False, True])
def test_the_visits_pages_open_in_every_state(cast, client, name, status, filled):
    visit = make_visit(cast, status=status)
    if filled:
        make_damage(visit)
        make_walk_around(visit, signed=True)
        make_interview(visit)
    assert client.get(url(name, visit)).status_code == 200


def test_the_vehicles_page_shows_how_the_car_looked_last(cast, client):
    visit = make_visit(cast)
    make_damage(visit)
    make_walk_around(visit)
    page = client.get(reverse("customers:vehicle", args=[visit.vehicle_id])).content.decode()
    assert url("visit", visit) in page
    assert "mk-scratch" in page


@pytest.mark.parametrize("name", ["visit", "walk_around", "interview"])
def test_strangers_find_nothing(cast, client, name):
    visit = make_visit(cast)
    for outsider in (cast.stranger, cast.neighbour):
        client.force_login(outsider)
        assert client.get(url(name, visit)).status_code == 404


@pytest.mark.parametrize("name", ["meet", "leave", "mark_create", "slip_link"])
def test_verbs_refuse_get_and_strangers(cast, client, name):
    visit = make_visit(cast)
    assert client.get(url(name, visit)).status_code == 405
    client.force_login(cast.stranger)
    assert client.post(url(name, visit)).status_code == 404


def test_taking_a_customer_leads_to_the_walk_around(cast, client):
    visit = make_visit(cast, status="waiting")
    assert client.post(url("meet", visit)).url == url("walk_around", visit)
    assert client.post(url("meet", visit)).status_code == 409


def test_the_queue_says_who_is_over_the_standard(cast, client):
    make_visit(cast, status="waiting", arrived_at=clock.now() - timedelta(seconds=61))
    make_visit(cast, status="waiting", arrived_at=clock.now() - timedelta(seconds=5))
    assert client.get(url("queue")).context["over"] == 1


def test_the_welcome_board_tells_no_names_and_no_plates(cast, client):
    make_visit(cast, vehicle=make_customer_vehicle(cast, plate="浙A12345", name="欧阳修远", gender="male"))
    page = client.get(url("welcome_fragment")).content.decode()
    assert "欧阳" in page
    assert "修远" not in page
    assert "12345" not in page
    assert "**345" in page


def test_the_side_door_asks_for_a_reason(cast, client):
    visit = make_visit(cast)
    assert client.post(url("leave", visit), {"reason": " "}).status_code == 409
    client.post(url("leave", visit), {"reason": "Too long a wait"})
    visit.refresh_from_db()
    assert visit.left_reason == "Too long a wait"
    assert client.post(url("leave", make_visit(cast, status="in_house")), {"reason": "x"}).status_code == 409


def test_a_mark_with_a_photo_answers_the_script_and_the_plain_form(cast, client):
    visit = make_visit(cast)
    photo = SimpleUploadedFile("p.png", SIGNATURE, "image/png")
    data = {"kind": "dent", "x": "500", "y": "500", "note": NASTY, "client_key": "k", "photo": photo}
    answer = client.post(url("mark_create", visit), data, HTTP_ACCEPT="application/json")
    assert answer.status_code == 201
    assert client.get(answer.json()["photo"]).status_code == 200
    plain = client.post(url("mark_create", visit), {"kind": "rust", "zone": "boot"})
    assert plain.url.endswith("#marks")
    assert Damage.objects.count() == 2


def test_photos_of_damage_are_not_for_strangers(cast, client):
    visit = make_visit(cast)
    photo = SimpleUploadedFile("p.png", SIGNATURE, "image/png")
    mark = services.add_mark(visit, by=cast.advisor, kind="dent", zone="boot", photo=photo)
    client.force_login(cast.stranger)
    assert client.get(reverse("desk:file", args=[mark.photo_id])).status_code == 404


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_wrong_photo_is_refused_beside_its_field_with_everything_typed_kept(cast, client, accept):
    visit = make_visit(cast)
    data = {
        "kind": "dent",
        "zone": "boot",
        "note": "by the lock",
        "photo": SimpleUploadedFile("p.jpg", b"no"),
    }
    answer = client.post(url("mark_create", visit), data, HTTP_ACCEPT=accept)
    assert answer.status_code == 422
    if accept == "application/json":
        assert "not a photo" in answer.json()["errors"]["photo"][0]
    else:
        page = answer.content.decode()
        assert "by the lock" in page
        assert "not a photo" in page
    assert not Damage.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "dent"}, "zone"),
        ({"kind": "nonsense", "zone": "boot"}, "kind"),
        ({"kind": "dent", "x": "1001", "y": "5"}, "x"),
        ({"kind": "dent", "zone": "cellar"}, "zone"),
        ({"kind": "dent", "zone": "boot", "note": "x" * 201}, "note"),
    ],
)
def test_bad_marks_are_refused(cast, client, data, field):
    answer = client.post(url("mark_create", make_visit(cast)), data, HTTP_ACCEPT="application/json")
    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_a_mark_is_removed_and_strangers_remove_nothing(cast, client):
    mark = make_damage(make_visit(cast))
    client.force_login(cast.stranger)
    assert client.post(url("mark_remove", mark)).status_code == 404
    client.force_login(cast.advisor)
    assert client.post(url("mark_remove", mark), HTTP_ACCEPT="application/json").status_code == 204
    assert not Damage.objects.exists()


def test_the_walk_around_is_saved_and_leads_to_the_interview(cast, client):
    visit = make_visit(cast)
    data = WALK | {
        "warning_lamps": ["engine", "tyre"],
        "check_lamps": "defect",
        "tyre_fl": "6.5",
        "_once": "a",
    }
    assert client.post(url("walk_around", visit), data).url == url("interview", visit)
    walk = WalkAround.objects.get()
    assert (walk.odometer_km, walk.warning_lamps) == (48210, ["engine", "tyre"])
    assert (walk.checks, walk.tyre_mm) == ({"lamps": "defect"}, {"fl": "6.5"})


def test_who_leaves_the_car_must_sign_and_the_page_says_by_which_rule(cast, client):
    visit = make_visit(cast)
    data = {k: v for k, v in WALK.items() if k != "waits_here"} | {"belongings": "umbrella"}
    answer = client.post(url("walk_around", visit), data)
    assert answer.status_code == 422
    assert "the customer leaves the car" in answer.context["form"].errors["signature_png"][0]
    assert 'value="umbrella"' in answer.content.decode()
    answer = client.post(url("walk_around", visit), data | {"signature_png": SIGNATURE_URL})
    assert answer.status_code == 302
    assert WalkAround.objects.get().signed_at


def test_a_lower_odometer_is_refused_beside_the_field_and_accepted_with_a_reason(cast, client):
    visit = make_visit(cast)
    visit.vehicle.record_reading(50_000, clock.today(), "visit", cast.advisor)
    answer = client.post(url("walk_around", visit), WALK)
    assert answer.status_code == 422
    assert "50,000" in answer.context["form"].errors["odometer_km"][0]
    assert 'name="odometer_replaced_reason"' in answer.content.decode()
    answer = client.post(url("walk_around", visit), WALK | {"odometer_replaced_reason": "New cluster"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"odometer_km": "8x"}, "odometer_km"),
        ({"odometer_km": "-5"}, "odometer_km"),
        ({"odometer_km": "99999999"}, "odometer_km"),
        ({"energy_percent": "101"}, "energy_percent"),
        ({"valuables_reminded": ""}, "valuables_reminded"),
        ({"tyre_fl": "25"}, "tyre_fl"),
        ({"warning_lamps": "disco"}, "warning_lamps"),
        ({"signature_png": "data:image/png;base64,!!!"}, "signature_png"),
        ({"signature_png": "data:image/png;base64,PHN2Zz4="}, "signature_png"),
        ({"expected_hours": "-1"}, "expected_hours"),
    ],
)
def test_bad_input_is_answered_beside_its_field(cast, client, change, field):
    answer = client.post(url("walk_around", make_visit(cast)), WALK | change)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not WalkAround.objects.exists()


def test_the_interview_keeps_the_words_as_they_were_said(cast, client):
    visit = make_visit(cast)
    started = (clock.now() - timedelta(minutes=5)).isoformat()
    data = {"customer_words": f"Es klappert. {NASTY}", "symptom_when": "braking", "started_at": started}
    assert client.post(url("interview", visit), data).url == url("visit", visit)
    interview = Interview.objects.get()
    assert interview.customer_words == f"Es klappert. {NASTY}"
    assert interview.symptoms == {"when": "braking"}
    assert 290 < interview.listened.total_seconds() < 400


@pytest.mark.parametrize("hours", [-100, 100])
def test_the_listening_time_cannot_be_invented(cast, client, hours):
    visit = make_visit(cast)
    data = {"customer_words": "x", "started_at": (clock.now() + timedelta(hours=hours)).isoformat()}
    client.post(url("interview", visit), data)
    interview = Interview.objects.get()
    assert visit.arrived_at <= interview.started_at <= interview.finished_at


def test_an_interview_without_words_is_refused_with_the_answers_kept(cast, client):
    answer = client.post(url("interview", make_visit(cast)), {"symptom_speed": "at 90"})
    assert answer.status_code == 422
    assert 'value="at 90"' in answer.content.decode()


def test_scripts_in_text_are_shown_as_text_everywhere(cast, client):
    visit = make_visit(cast, vehicle=make_customer_vehicle(cast, name=NASTY))
    make_damage(visit, note=NASTY)
    make_walk_around(visit, signed=True, belongings=NASTY, remarks=NASTY, signed_name=NASTY, companion=NASTY)
    make_interview(visit, customer_words=NASTY, symptoms={"when": NASTY})
    pages = [client.get(url(n, visit)) for n in ("visit", "walk_around", "interview")]
    unsigned = make_visit(cast, vehicle=make_customer_vehicle(cast, name=NASTY))
    make_damage(unsigned, note=NASTY)
    pages += [client.get(url("walk_around", unsigned)), client.get(url("queue")), client.get(url("visits"))]
    pages += [client.get(url("arrival"), {"plate": NASTY})]
    pages += [client.get(services.issue_slip_link(visit, by=cast.advisor))]
    for page in pages:
        assert page.status_code == 200
        assert NASTY not in page.content.decode()


def test_the_customer_reads_his_copy_without_a_login(cast, client):
    visit = make_visit(cast)
    photo = SimpleUploadedFile("p.png", SIGNATURE, "image/png")
    mark = services.add_mark(
        visit, by=cast.advisor, kind="dent", zone="boot", note="by the lock", photo=photo
    )
    make_walk_around(visit, signed=True)
    page = client.post(url("slip_link", visit)).content.decode()
    link = page.split('data-copy="')[1].split('"')[0]
    client.logout()
    assert "by the lock" in client.get(link).content.decode()
    assert client.get(f"{link}?photo={mark.pk}").headers["Content-Type"] == "image/png"
    assert client.get(f"{link}?photo=signature").status_code == 200
    assert client.get(f"{link}?photo={mark.pk + 1}").status_code == 404
    assert client.get(f"{link}?pdf=1").status_code == 404
    Link.objects.update(withdrawn_at=clock.now())
    assert client.get(link).status_code == 404


def test_a_link_does_not_open_the_photos_of_another_visit(cast, client):
    photo = SimpleUploadedFile("p.png", SIGNATURE, "image/png")
    other = services.add_mark(make_visit(cast), by=cast.advisor, kind="dent", zone="boot", photo=photo)
    visit = make_visit(cast)
    make_walk_around(visit)
    link = services.issue_slip_link(visit, by=cast.advisor)
    assert client.get(f"{link}?photo={other.pk}").status_code == 404


def test_waiting_customers_stand_on_my_work_of_their_advisor(cast, client):
    make_visit(cast, status="waiting", vehicle=make_customer_vehicle(cast, name="李小红"))
    theirs = make_visit(cast, status="waiting", advisor=cast.manager)
    page = client.get(reverse("desk:my_work")).content.decode()
    assert "李小红" in page
    assert url("visit", theirs) not in page


def test_the_marks_reach_the_script_without_markup(cast, client):
    visit = make_visit(cast)
    make_damage(visit, note="</script><b>")
    page = client.get(url("walk_around", visit)).content.decode()
    data = page.split('id="marks-data" type="application/json">')[1].split("</script>")[0]
    assert json.loads(data)[0]["note"] == "</script><b>"
