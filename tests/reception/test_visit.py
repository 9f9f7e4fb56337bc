"""The visit's way: waiting, in reception, in the house, left."""

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import DomainError
from apps.desk.models import Event
from apps.reception.models import Visit
from tests.reception.factories import make_customer_vehicle, make_visit

Status = Visit.Status


def kinds(visit):
    return list(Event.objects.about(visit).values_list("kind", flat=True))[::-1]


def test_an_advisor_who_meets_takes_the_visit(cast):
    visit = make_visit(cast, status=Status.WAITING, advisor=None)
    visit.meet(by=cast.advisor)
    visit.refresh_from_db()
    assert (visit.status, visit.advisor, visit.met_by) == (Status.IN_RECEPTION, cast.advisor, cast.advisor)
    assert visit.first_contact_at >= visit.arrived_at
    assert kinds(visit) == ["visit.met"]


def test_a_helper_meets_for_the_advisor_who_stays_responsible(cast):
    visit = make_visit(cast, status=Status.WAITING)
    visit.meet(by=cast.dispatcher)
    assert (visit.advisor, visit.met_by) == (cast.advisor, cast.dispatcher)


def test_whoever_comes_second_is_told_who_was_first(cast):
    visit = make_visit(cast, status=Status.WAITING)
    stale = Visit.objects.get(pk=visit.pk)
    visit.meet(by=cast.advisor)
    with pytest.raises(DomainError) as refusal:
        stale.meet(by=cast.dispatcher)
    assert refusal.value.code == "already_met"
    assert Visit.objects.get(pk=visit.pk).met_by == cast.advisor


def test_the_way_through_the_house_leaves_its_history(cast):
    visit = make_visit(cast, status=Status.WAITING)
    visit.meet(by=cast.advisor)
    visit.enter_house(by=cast.advisor)
    visit.leave("Delivered", by=cast.cashier)
    visit.refresh_from_db()
    assert visit.status == Status.LEFT
    assert visit.left_at
    assert kinds(visit) == ["visit.met", "visit.entered_house", "visit.left"]


def test_work_ordered_without_a_recorded_greeting_counts_as_one(cast):
    visit = make_visit(cast, status=Status.WAITING)
    visit.enter_house(by=cast.advisor)
    visit.refresh_from_db()
    assert visit.status == Status.IN_HOUSE
    assert visit.first_contact_at


def test_the_side_door_keeps_the_reason_and_the_waived_fee(cast):
    visit = make_visit(cast)
    visit.leave("Estimate declined", by=cast.advisor, fee_waived_reason="Regular customer")
    visit.refresh_from_db()
    assert visit.left_reason == "Estimate declined"
    assert visit.diagnosis_fee_waived_reason == "Regular customer"


def test_leaving_without_a_reason_is_refused(cast):
    visit = make_visit(cast)
    with pytest.raises(DomainError) as refusal:
        visit.leave("  ", by=cast.advisor)
    assert refusal.value.code == "reason_required"
    assert Visit.objects.get(pk=visit.pk).status == Status.IN_RECEPTION


@pytest.mark.parametrize("verb", ["enter_house", "leave"])
def test_a_visit_that_is_over_stays_over(cast, verb):
    visit = make_visit(cast, status=Status.LEFT)
    with pytest.raises(DomainError) as refusal:
        visit.leave("again", by=cast.advisor) if verb == "leave" else visit.enter_house(by=cast.advisor)
    assert refusal.value.code == "illegal_transition"
    assert kinds(visit) == []


def test_a_vehicle_is_in_one_place_even_against_psql(cast):
    vehicle = make_customer_vehicle(cast)
    make_visit(cast, vehicle=vehicle)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_visit(cast, vehicle=vehicle)
    Visit.objects.filter(vehicle=vehicle).update(status="left", left_at="2999-01-01T00:00Z", left_reason="x")
    make_visit(cast, vehicle=vehicle)
