"""The incident's card, and the banners on everybody's pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.capacity import affected, incidents
from apps.capacity.models import Incident, Resource
from apps.core import clock
from tests.appointments.factories import make_appointment, make_part
from tests.capacity.factories import bay, narrow_house, tomorrow
from tests.workshop.clock import midmorning
from tests.workshop.factories import bays, make_planned_job

__all__ = ["midmorning"]

LIST, NEW = "/capacity/incidents/", "/capacity/incidents/new/"
TEXT = "Lift 3 leaks oil"


@pytest.fixture
def dispatcher(cast, client):
    client.force_login(cast.dispatcher)
    return client


def local(moment):
    return f"{moment:%Y-%m-%dT%H:%M}"


def typed(*things, **fields):
    """A filled-in form over ``things``."""
    base = {
        "kind": "lift", "text": TEXT, "starts_at": local(tomorrow(8)), "part": "",
        "expected_end_at": local(tomorrow(12)),
    }  # fmt: skip
    for thing in things:
        base.setdefault(f"things_{thing.kind}", []).append(thing.pk)
    return base | fields


def text(response):
    return response.content.decode()


def opened(cast, *things):
    """A running card over ``things`` with whatever it touches."""
    fields = {
        "kind": "lift", "text": TEXT, "starts_at": clock.now(), "expected_end_at": tomorrow(18),
        "by": cast.dispatcher, "resources": things,
    }  # fmt: skip
    records = affected.find(
        cast.store, resources=things, part=None, start=fields["starts_at"], end=fields["expected_end_at"]
    )
    return incidents.open_card(cast.store, **fields, seen=affected.fingerprint(records))


def test_what_it_touches_is_shown_and_agreed_to_before_the_card_opens(cast, dispatcher):
    narrow_house(cast)
    appointment = make_appointment(cast.store, starts_at=tomorrow(9))
    data = typed(Resource.objects.get(kind="bay"))
    shown = dispatcher.post(NEW, data)
    assert shown.status_code == 422
    assert reverse("appointments:detail", args=[appointment.pk]) in text(shown)
    assert TEXT in text(shown), "nothing typed is lost"
    assert not Incident.objects.exists()
    assert dispatcher.post(NEW, data | {"seen": "of another list"}).status_code == 422
    answer = dispatcher.post(NEW, data | {"seen": shown.context["fingerprint"]})
    incident = Incident.objects.get()
    assert answer.url == reverse("capacity:incident", args=[incident.pk])
    assert appointment.number in text(dispatcher.get(answer.url))


def test_pressed_twice_opens_one_card(cast, dispatcher):
    data = typed(bay(cast.store, "Lift 3"), _once="k")
    assert [dispatcher.post(NEW, data).status_code for _press in range(2)] == [302, 302]
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"expected_end_at": local(tomorrow(8))}, "expected_end_at"),
        ({"starts_at": "2020-01-01T08:00", "expected_end_at": "2020-01-01T09:00"}, "expected_end_at"),
        ({"expected_end_at": "soon"}, "expected_end_at"),
        ({"things_bay": []}, "things_bay"),
        ({"things_bay": [999999]}, "things_bay"),
        ({"kind": "part"}, "part"),
        ({"kind": "part", "part": "OF-9", "things_bay": []}, "part"),
        ({"part": "OF-1"}, "part"),
        ({"text": ""}, "text"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(cast, dispatcher, fields, wrong):
    make_part(cast.store, "OF-1")
    make_part(cast.foreign_store, "OF-9")
    answer = dispatcher.post(NEW, typed(bay(cast.store, "Lift 3")) | fields)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert not Incident.objects.exists()


def test_a_bay_of_another_store_is_not_among_the_choices(cast, dispatcher):
    theirs = bay(cast.other_store, "Theirs")
    assert "Theirs" not in text(dispatcher.get(NEW))
    assert dispatcher.post(NEW, typed(theirs)).status_code == 422


def test_a_part_is_named_by_its_number(cast, dispatcher):
    part = make_part(cast.store, "OF-1")
    dispatcher.post(NEW, typed(kind="part", part="of-1 "))
    assert Incident.objects.get().part == part


def test_a_second_card_leads_to_the_running_one(cast, dispatcher):
    lift = bay(cast.store, "Lift 3")
    first = opened(cast, lift)
    answer = dispatcher.post(NEW, typed(lift, text="Me too"))
    assert answer.status_code == 422
    assert f'href="{reverse("capacity:incident", args=[first.pk])}"' in text(answer)
    assert "Me too" in text(answer)


def test_the_card_is_estimated_anew_ended_and_rechecked(cast, dispatcher):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(9))
    incident = opened(cast, Resource.objects.get(kind="bay"))
    card = reverse("capacity:incident", args=[incident.pk])
    estimate, ending = card + "estimate/", card + "end/"
    later = {"expected_end_at": local(tomorrow(20)), "reason": "Seal comes at two", "version": 0}
    refused = dispatcher.post(estimate, later | {"reason": ""})
    assert refused.status_code == 422
    assert local(tomorrow(20)) in text(refused)
    assert dispatcher.post(estimate, later | {"expected_end_at": "2020-01-01T08:00"}).status_code == 422
    assert dispatcher.post(estimate, later).status_code == 302
    assert "Seal comes at two" in text(dispatcher.get(card))
    assert dispatcher.post(estimate, later).status_code == 409, "a stale tab"
    assert dispatcher.post(ending, {"version": 0}).status_code == 409, "a stale tab"
    assert dispatcher.post(ending, {"version": 1}).status_code == 302
    (record,) = incident.records.all()
    tick = reverse("capacity:incident_tick", args=[record.pk])
    assert dispatcher.post(tick, {"outcome": "perhaps"}).status_code == 409
    assert dispatcher.post(tick, {"outcome": "called"}).status_code == 302
    page = text(dispatcher.get(card))
    assert "1/1" in page
    assert cast.dispatcher.name in page
    assert dispatcher.post(tick, {"outcome": "moved"}).status_code == 409
    incident.refresh_from_db()
    assert incident.done_at


def test_an_advisor_sees_and_ticks_but_opens_and_ends_nothing(cast, client):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(9))
    incident = opened(cast, Resource.objects.get(kind="bay"))
    client.force_login(cast.advisor)
    card = reverse("capacity:incident", args=[incident.pk])
    assert TEXT in text(client.get(LIST))
    assert "end-dialog" not in text(client.get(card))
    for address in (NEW, card + "estimate/", card + "end/"):
        assert client.post(address, {}).status_code == 403
    tick = reverse("capacity:incident_tick", args=[incident.records.get().pk])
    assert client.post(tick, {"outcome": "called"}).status_code == 302


def test_a_stranger_sees_nothing_of_it(cast, client):
    narrow_house(cast)
    make_appointment(cast.store, starts_at=tomorrow(9))
    incident = opened(cast, Resource.objects.get(kind="bay"))
    for person in (cast.stranger, cast.neighbour):
        person.role = "service_manager"
        person.save()
        client.force_login(person)
        assert TEXT not in text(client.get(LIST))
        card = reverse("capacity:incident", args=[incident.pk])
        assert client.get(card).status_code == 404
        assert client.post(card + "estimate/", {}).status_code == 404
        assert client.post(card + "end/", {"version": 0}).status_code == 404
        tick = reverse("capacity:incident_tick", args=[incident.records.get().pk])
        assert client.post(tick, {"outcome": "called"}).status_code == 404
    incident.refresh_from_db()
    assert incident.is_running


def test_its_absence_leads_to_the_card_instead_of_being_removed(cast, client):
    incident = opened(cast, bay(cast.store, "Lift 3"))
    client.force_login(cast.manager)
    page = text(client.get("/capacity/"))
    assert reverse("capacity:incident", args=[incident.pk]) in page
    assert "/removal/" not in page


def test_every_affected_page_shows_the_banner_and_loses_it(cast, client, midmorning):
    job = make_planned_job(cast)
    pages = {
        "order": (cast.advisor, reverse("workorders:detail", args=[job.order_id])),
        "job": (cast.dispatcher, reverse("workshop:job", args=[job.pk])),
        "vehicle": (cast.advisor, reverse("customers:vehicle", args=[job.order.vehicle_id])),
        "board": (cast.cashier, reverse("board:progress")),
    }

    def shown():
        found = set()
        for name, (reader, url) in pages.items():
            client.force_login(reader)
            page = text(client.get(url))
            assert page.count("data-incident") == page.count(TEXT) <= 1
            if TEXT in page:
                found.add(name)
        return found

    assert shown() == set()
    incident = opened(cast, bays(cast)[0])
    assert shown() == set(pages)
    incidents.end(incident, by=cast.dispatcher)
    assert shown() == {"order", "job", "vehicle"}, "to be rechecked"
    incidents.tick(incident.records.get(), outcome="in_time", by=cast.advisor)
    assert shown() == set()


def test_the_appointment_shows_it_and_another_one_does_not(cast, client):
    narrow_house(cast)
    touched = make_appointment(cast.store, starts_at=tomorrow(9))
    other = make_appointment(cast.store, starts_at=tomorrow(9, days=4))
    client.force_login(cast.advisor)
    url = reverse("appointments:detail", args=[touched.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert TEXT not in text(client.get(url))
    before = len(queries)
    opened(cast, Resource.objects.get(kind="bay"))
    affected.is_any_open(cast.store.pk)
    with CaptureQueriesContext(connection) as queries:
        assert TEXT in text(client.get(url))
    assert len(queries) == before + 1
    assert TEXT not in text(client.get(reverse("appointments:detail", args=[other.pk])))


def test_the_card_costs_the_same_for_3_and_100_records(cast, dispatcher):
    incident = opened(cast, bay(cast.store, "Lift 3"))
    url = reverse("capacity:incident", args=[incident.pk])
    dispatcher.get(url)
    costs = []
    for count in (3, 97):
        known = incident.records.count()
        for n in range(count):
            incident.records.create(subject=f"x:{known + n}", label=f"Record {known + n}")
        with CaptureQueriesContext(connection) as queries:
            assert f"Record {known}" in text(dispatcher.get(url))
        costs.append(len(queries))
    assert costs[0] == costs[1] > 0
