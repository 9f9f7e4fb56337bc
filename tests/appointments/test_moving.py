"""Dragging an appointment: what the drop would change, or why it cannot be; nothing is moved before a yes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.appointments import moving, planner, services
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from tests.appointments.factories import fill, make_appointment
from tests.capacity import factories as house
from tests.capacity.factories import narrow_house, tomorrow


def url(appointment, verb):
    return f"/appointments/{appointment.pk}/{verb}/"


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def dropped(appointment, moment, back="day"):
    return {"starts_at": f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}", "back": back}


@pytest.fixture
def desk(cast, client):
    """The advisor in a store of which each test says what it has."""
    client.force_login(cast.advisor)
    return client


@pytest.fixture
def booked(cast):
    return make_appointment(cast.store, by=cast.advisor, starts_at=tomorrow(9))


def test_a_drop_on_a_free_time_says_what_changes_and_moves_nothing(cast, desk, booked):
    before = booked.arrives_at
    answer = desk.get(url(booked, "proposal"), dropped(booked, tomorrow(11)))
    page = text(answer)
    slot = answer.context["slot"]
    assert slot.starts_at == tomorrow(11)
    assert slot.advisor.person_id == booked.advisor_id, "the same advisor as long as he can"
    assert slot.bay.name in page
    assert 'name="version" value="0"' in page
    booked.refresh_from_db()
    assert booked.arrives_at == before
    assert not Event.objects.filter(kind="appointment.moved").exists()


def test_a_yes_moves_it_and_leads_back_to_the_board_of_the_new_day(desk, booked):
    slot = desk.get(url(booked, "proposal"), dropped(booked, tomorrow(10, days=2))).context["slot"]
    data = {"starts_at": slot.starts_at.isoformat(), "advisor": slot.advisor.person_id, "version": 0}
    for back in ("day", "week"):
        answer = desk.post(url(booked, "reschedule"), data | {"back": back})
        assert answer.url == f"/appointments/{back}/?{back}={tomorrow(10, days=2):%Y-%m-%d}"
        booked.refresh_from_db()
        data["version"] = booked.version
    assert booked.arrives_at == tomorrow(10, days=2)
    elsewhere = desk.post(url(booked, "reschedule"), data | {"back": "https://example.com"})
    assert elsewhere.url == f"/appointments/{booked.pk}/"


def test_where_the_own_advisor_cannot_another_one_receives_visibly(cast, desk):
    house.hours(cast.store)
    for name, man in [("一", cast.technician), ("二", cast.team_lead)]:
        house.bay(cast.store, name)
        house.technician(cast.store, man)
    for person in (cast.advisor, cast.reception_supervisor):
        house.advisor(cast.store, person)
    booked = make_appointment(cast.store, starts_at=tomorrow(9), advisor=cast.advisor)
    make_appointment(cast.store, starts_at=tomorrow(11), advisor=cast.advisor)
    proposal = moving.propose(booked, tomorrow(11), now=clock.now())
    assert proposal.slot.advisor.person_id == cast.reception_supervisor.pk
    page = text(desk.get(url(booked, "proposal"), dropped(booked, tomorrow(11))))
    assert cast.advisor.name in page
    assert proposal.slot.advisor.name in page


def test_a_refused_drop_says_why_and_what_is_free_instead(cast, desk):
    narrow_house(cast)
    booked = make_appointment(cast.store, starts_at=tomorrow(9, days=2))
    fill(cast.store)
    answer = desk.get(url(booked, "proposal"), dropped(booked, tomorrow(10)))
    (reason, *_more) = moving.openings(booked, tomorrow().date(), now=clock.now()).closed[0].reasons
    assert answer.context["slot"] is None
    assert reason in answer.context["proposal"].refused.message
    assert len(answer.context["alternatives"]) == 3
    assert text(answer).count('name="starts_at"') == 3


def test_a_closed_day_a_past_time_and_a_car_promised_elsewhere_are_refused_in_words(cast, desk, booked):
    now = clock.now()
    past = moving.propose(booked, now - timedelta(days=1), now=now)
    assert past.slot is None
    assert past.refused.code == "slot_taken"
    other = make_appointment(cast.store, starts_at=tomorrow(14), vehicle=booked.vehicle)
    clash = moving.propose(booked, tomorrow(14), now=now)
    assert clash.slot is None
    assert other.number in clash.refused.message


def test_who_is_not_expected_any_more_is_not_moved(cast, desk, booked):
    services.cancel(booked, reason="车卖了", by=cast.advisor)
    with pytest.raises(DomainError):
        moving.propose(booked, tomorrow(11), now=clock.now())
    assert desk.get(url(booked, "proposal"), dropped(booked, tomorrow(11))).status_code == 409


def test_the_hours_in_which_it_cannot_arrive_are_named_with_the_reason(cast, desk):
    narrow_house(cast)
    booked = make_appointment(cast.store, starts_at=tomorrow(9, days=2))
    fill(cast.store)
    view = moving.openings(booked, tomorrow().date(), now=clock.now())
    page = text(desk.get(url(booked, "openings"), {"day": f"{tomorrow():%Y-%m-%d}"}))
    assert page.count("data-why") == len(view.closed) > 0
    assert view.closed[0].reasons[0] in page


def test_only_what_is_still_expected_on_the_day_can_be_taken_up(cast, desk, booked):
    (bar,) = _bars(cast, tomorrow())
    assert bar.arrives == 9
    services.cancel(booked, reason="车卖了", by=cast.advisor)
    assert _bars(cast, tomorrow()) == []


def _bars(cast, day):
    board = planner.load_day(cast.advisor, cast.store, day.date(), lambda _appointment: "")
    return [bar for lane in board.lanes for bar in lane.bars]


def test_who_may_only_look_takes_nothing_up(cast, client, booked):
    client.force_login(cast.technician)
    page = text(client.get("/appointments/day/", {"day": f"{tomorrow():%Y-%m-%d}"}))
    assert "data-drag" not in page
    for verb in ("proposal", "openings"):
        assert client.get(url(booked, verb), dropped(booked, tomorrow(11))).status_code == 403


@pytest.mark.parametrize("verb", ["proposal", "openings"])
def test_a_stranger_learns_nothing(cast, client, booked, verb):
    client.force_login(cast.stranger)
    asked = dropped(booked, tomorrow(11)) | {"day": f"{tomorrow():%Y-%m-%d}"}
    assert client.get(url(booked, verb), asked).status_code == 404


NONSENSE = [{}, {"starts_at": "x"}, {"starts_at": "2026-02-31T10:00"}, {"day": "x"}]


@pytest.mark.parametrize("asked", NONSENSE, ids=str)
def test_nonsense_is_no_address(desk, booked, asked):
    for verb in ("proposal", "openings"):
        assert desk.get(url(booked, verb), asked).status_code == 404


def test_the_week_says_of_past_days_only_what_was_planned(cast, desk):
    make_appointment(cast.store, starts_at=tomorrow(9))
    page = text(desk.get("/appointments/week/", {"week": f"{tomorrow() - timedelta(days=14):%Y-%m-%d}"}))
    assert page.count("is-past") == 7
    assert "可约" not in page
    assert "data-day" not in page
