"""Reserving, moving and releasing; and what happens when two clerks want the last place."""

from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from apps.capacity import services, slots
from apps.capacity.models import CapacityDay, Holder, Reservation, Resource
from apps.capacity.slots import Needs
from apps.core import clock
from apps.core.errors import DomainError
from tests.capacity.factories import advisor, bay, hours, narrow_house, tomorrow
from tests.harness.connections import in_background, together, until_a_rival_waits

HOUR = Needs.of(duration=timedelta(hours=1), bay_kind="general")


def take(store, starts_at=None, needs=HOUR, label="浙A12345"):
    return services.reserve(store, needs=needs, starts_at=starts_at or tomorrow(), label=label)


def test_a_reservation_takes_bay_technician_and_the_advisors_quarter_hour(cast):
    narrow_house(cast)
    holder, slot = take(cast.store)
    spans = {
        r.resource.kind: (r.during.lower, r.during.upper)
        for r in holder.reservations.select_related("resource")
    }
    assert spans == {
        "bay": (tomorrow(9, 15), tomorrow(10, 15)),
        "technician": (tomorrow(9, 15), tomorrow(10, 15)),
        "advisor": (tomorrow(9), tomorrow(9, 15)),
    }
    assert slot.ends_at == tomorrow(10, 15)


def test_a_long_job_is_kept_in_one_piece_per_day(cast):
    narrow_house(cast)
    holder, _slot = take(cast.store, tomorrow(14), Needs.of(timedelta(hours=9), "general"))
    pieces = holder.reservations.filter(resource__kind="bay").order_by("during")
    assert [(p.during.lower, p.during.upper) for p in pieces] == [
        (tomorrow(14, 15), tomorrow(18)),
        (tomorrow(8, days=2), tomorrow(13, 15, days=2)),
    ]
    assert CapacityDay.objects.filter(store=cast.store).count() == 2


def test_a_taken_place_is_refused_with_the_next_three(cast):
    narrow_house(cast)
    take(cast.store)
    with pytest.raises(DomainError) as refused:
        take(cast.store)
    assert refused.value.code == "slot_taken"
    alternatives = refused.value.extra["alternatives"]
    assert [a["starts_at"] for a in alternatives] == [
        timezone.localtime(tomorrow(10, minute)).isoformat() for minute in (0, 15, 30)
    ]
    assert Holder.objects.count() == 1


def test_another_bay_takes_what_the_offered_one_no_longer_can(cast):
    narrow_house(cast)
    bay(cast.store, "Bay 2")
    second = Resource.objects.create(
        store=cast.store, kind="technician", name="Second", person=cast.team_lead, skills=["general"]
    )
    advisor(cast.store, cast.reception_supervisor)
    first, _slot = take(cast.store)
    other, _slot = take(cast.store)
    assert other.reservations.filter(resource=second).exists()
    assert not set(first.reservations.values_list("resource", flat=True)) & set(
        other.reservations.values_list("resource", flat=True)
    )


def test_released_capacity_is_free_again(cast):
    narrow_house(cast)
    holder, _slot = take(cast.store)
    assert services.release(holder) == 3
    take(cast.store)


def test_moving_within_ones_own_time_is_possible(cast):
    narrow_house(cast)
    holder, _slot = take(cast.store)
    slot = services.move(holder, needs=HOUR, starts_at=tomorrow(9, 30))
    assert slot.starts_at == tomorrow(9, 30)
    assert holder.reservations.count() == 3


def test_a_refused_move_keeps_the_old_place(cast):
    narrow_house(cast)
    take(cast.store, tomorrow(13))
    holder, _slot = take(cast.store)
    before = sorted(holder.reservations.values_list("resource", "during"))
    with pytest.raises(DomainError):
        services.move(holder, needs=HOUR, starts_at=tomorrow(13))
    assert sorted(holder.reservations.values_list("resource", "during")) == before


def test_a_closed_day_and_an_absent_technician_are_not_offered(cast):
    narrow_house(cast)
    CapacityDay.objects.create(
        store=cast.store, day=tomorrow().date(), is_closed=True, closed_reason="Stocktaking"
    )
    person = Resource.objects.get(kind="technician")
    person.absences.create(during=(tomorrow(0, days=2), tomorrow(9, days=3)), reason="Training")
    found = slots.days(cast.store, needs=HOUR, date_from=tomorrow().date(), days=3, now=clock.now())
    assert (found[0].slots, found[0].shut) == ([], "Stocktaking")
    assert found[1].slots == []
    assert found[2].slots


def test_an_expired_permit_is_not_sold(cast):
    narrow_house(cast)
    person = Resource.objects.get(kind="technician")
    person.skills = ["general", "ev"]
    person.save()
    person.qualifications.create(skill="ev", valid_until=tomorrow().date())
    high_voltage = Needs.of(duration=timedelta(hours=1), bay_kind="general", skill="ev")
    take(cast.store, needs=high_voltage)
    with pytest.raises(DomainError, match=person.name):
        take(cast.store, tomorrow(days=2), needs=high_voltage)
    take(cast.store, tomorrow(days=2))


def test_the_search_costs_the_same_queries_for_any_size(cast, django_assert_num_queries):
    narrow_house(cast)
    for days in (1, 14):
        for n in range(5):
            bay(cast.store, f"Bay {days}-{n}")
        with django_assert_num_queries(11):
            slots.find(cast.store, needs=HOUR, date_from=tomorrow().date(), days=days, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_take_the_last_place_one_wins_and_one_gets_alternatives(cast):
    narrow_house(cast)
    results = together(lambda: take(cast.store), lambda: take(cast.store))
    refused = [r for r in results if isinstance(r, DomainError)]
    assert len(refused) == 1, results
    assert refused[0].code == "slot_taken"
    assert len(refused[0].extra["alternatives"]) == 3
    assert Reservation.objects.filter(resource__kind="bay").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_second_clerk_waits_for_the_first_and_then_judges_again(cast):
    narrow_house(cast)
    with transaction.atomic():
        take(cast.store)
        rival = in_background(lambda: take(cast.store))
        until_a_rival_waits()
    with pytest.raises(DomainError):
        rival.result(20)


def unguarded(store, gate: Barrier) -> int:
    """What ``reserve`` does, without its locks: look, then write."""
    with transaction.atomic():
        slot = slots.judge(store, needs=HOUR, starts_at=tomorrow(), now=clock.now())
        gate.wait(10)
        holder = Holder.objects.create(store=store, label="x", created_at=clock.now())
        Reservation.objects.create(holder=holder, resource_id=slot.bay.id, during=slot.stays[0].stay[0])
        return holder.pk


@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_constraint_both_would_win(cast):
    narrow_house(cast)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE capacity_reservation DROP CONSTRAINT resource_serves_one_at_a_time")
    gate = Barrier(2)
    results = together(lambda: unguarded(cast.store, gate), lambda: unguarded(cast.store, gate))
    assert all(isinstance(r, int) for r in results)
    assert Reservation.objects.filter(resource__kind="bay").count() == 2


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_constraint_stops_the_second(cast):
    narrow_house(cast)
    gate = Barrier(2)
    results = together(lambda: unguarded(cast.store, gate), lambda: unguarded(cast.store, gate))
    assert sum(isinstance(r, IntegrityError | OperationalError) for r in results) == 1
    assert Reservation.objects.filter(resource__kind="bay").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_ignores_the_locks_makes_the_place_taken_not_broken(cast, on_other_connection):
    narrow_house(cast)
    slot = slots.judge(cast.store, needs=HOUR, starts_at=tomorrow(), now=clock.now())

    def rude():
        holder = Holder.objects.create(store=cast.store, label="x", created_at=clock.now())
        Reservation.objects.create(holder=holder, resource_id=slot.bay.id, during=slot.stays[0].stay[0])

    with transaction.atomic():
        holder = Holder.objects.create(store=cast.store, label="y", created_at=clock.now())
        on_other_connection(rude)
        with pytest.raises(DomainError) as refused:
            services._write(holder, slot, cast.store, HOUR, clock.now())
    assert refused.value.code == "slot_taken"
    assert refused.value.extra["alternatives"]


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_restarts_the_whole_transaction_once(cast):
    """Two transactions take two rows crosswise; the one that is broken runs again from its beginning."""
    hours(cast.store)
    rows = [bay(cast.store, name) for name in ("A", "B")]
    gate, tries, survived = Barrier(2), [], Event()

    def crosswise(first, second):
        @services.restarting
        @transaction.atomic
        def run():
            tries.append(first.pk)
            if tries.count(first.pk) > 1:
                assert survived.wait(10)  # else they might meet crosswise once more
            Resource.objects.select_for_update().get(pk=first.pk)
            if tries.count(first.pk) == 1:
                gate.wait(10)
            Resource.objects.select_for_update().get(pk=second.pk)
            survived.set()
            return "done"

        return run

    assert together(crosswise(*rows), crosswise(*reversed(rows)), seconds=20) == ["done", "done"]
    assert len(tries) == 3


def test_seeding_twice_changes_nothing_and_every_skill_is_there(cast):
    for _again in range(2):
        services.seed(cast.store, [cast.technician, cast.advisor])
        assert Resource.objects.filter(store=cast.store, kind="bay").count() == 15
        assert Resource.objects.get(kind="technician").skills == [
            "general", "electrical", "engine", "ev", "body", "paint",
        ]  # fmt: skip
        assert Resource.objects.get(kind="advisor").person == cast.advisor
