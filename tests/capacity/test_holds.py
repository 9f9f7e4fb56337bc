"""Holds that expire: they bind until then, block nobody after, and one lock decides who was in time."""

from datetime import timedelta

import pytest
from django.db import transaction

from apps.capacity import services
from apps.capacity.models import Holder, Reservation
from apps.capacity.slots import Needs
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.models import Event
from tests.capacity.factories import narrow_house, tomorrow
from tests.harness.connections import in_background, together, until_a_rival_waits

HOUR = Needs.of(duration=timedelta(hours=1), bay_kind="general")
MINUTE = timedelta(minutes=1)


def hold(store, **fields):
    fields = {"starts_at": tomorrow(), "label": "held", "expires_at": clock.now() + MINUTE} | fields
    return services.reserve(store, needs=HOUR, **fields)[0]


def take(store, now=None):
    return services.reserve(store, needs=HOUR, starts_at=tomorrow(), label="clerk", now=now)[0]


def bays():
    return list(Reservation.objects.filter(resource__kind="bay").values_list("holder__label", flat=True))


def test_a_hold_binds_until_it_expires_and_the_next_writer_takes_it_then(cast):
    narrow_house(cast)
    holder = hold(cast.store)
    with pytest.raises(DomainError):
        take(cast.store)
    take(cast.store, now=holder.expires_at)
    assert bays() == ["clerk"]
    assert Event.objects.about(holder).get().kind == "capacity.hold_expired"


def test_a_refused_writer_leaves_the_expired_hold_as_it_was(cast):
    narrow_house(cast)
    holder = hold(cast.store)
    take_other = {"needs": HOUR, "label": "clerk", "now": holder.expires_at}
    with pytest.raises(DomainError):
        services.reserve(cast.store, starts_at=tomorrow(3), **take_other)
    assert bays() == ["held"]


def test_what_expired_is_released_once_and_nothing_else(cast):
    narrow_house(cast)
    over = hold(cast.store)
    hold(cast.store, starts_at=tomorrow(11), expires_at=clock.now() + 9 * MINUTE)
    services.reserve(cast.store, needs=HOUR, starts_at=tomorrow(14), label="booked")
    assert services.release_expired(over.expires_at) == 1
    assert services.release_expired(over.expires_at) == 0
    assert sorted(bays()) == ["booked", "held"]


def test_kept_in_time_it_stays_for_good_or_for_longer(cast):
    narrow_house(cast)
    holder = hold(cast.store)
    until = clock.now() + 5 * MINUTE
    services.keep(holder, now=clock.now(), until=until)
    with pytest.raises(DomainError):
        take(cast.store, now=until - MINUTE)
    services.keep(holder, now=until - MINUTE)
    assert services.release_expired(until + MINUTE) == 0
    assert holder.expires_at is None


def test_kept_too_late_or_after_somebody_took_it_is_refused(cast):
    narrow_house(cast)
    holder = hold(cast.store)
    with pytest.raises(DomainError) as refused:
        services.keep(holder, now=holder.expires_at)
    assert refused.value.code == "hold_expired"
    take(cast.store, now=holder.expires_at)
    with pytest.raises(DomainError) as refused:
        services.keep(holder, now=clock.now())
    assert refused.value.code == "hold_expired"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_at_the_moment_it_expires_either_the_holder_keeps_it_or_the_clerk_takes_it(cast, round_):
    narrow_house(cast)
    holder = hold(cast.store)
    moment = holder.expires_at
    kept, taken = together(
        lambda: services.keep(Holder.objects.get(pk=holder.pk), now=moment - timedelta(milliseconds=1)),
        lambda: take(cast.store, now=moment),
    )
    assert isinstance(kept, DomainError) != isinstance(taken, DomainError), (kept, taken)
    assert bays() == (["held"] if kept is None else ["clerk"])


@pytest.mark.django_db(transaction=True)
def test_the_clerk_waits_for_whoever_keeps_it_and_judges_then(cast):
    narrow_house(cast)
    holder = hold(cast.store)
    moment = holder.expires_at
    with transaction.atomic():
        services.keep(holder, now=moment - MINUTE)
        rival = in_background(lambda: take(cast.store, now=moment))
        until_a_rival_waits()
    with pytest.raises(DomainError):
        rival.result(20)
    assert bays() == ["held"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_days_lock_the_holder_would_keep_what_the_clerk_took(cast, on_other_connection):
    """What ``keep`` does, without its lock: look, then write. The clerk comes in between."""
    narrow_house(cast)
    holder = hold(cast.store)
    with transaction.atomic():
        assert Holder.objects.get(pk=holder.pk).reservations.exists()
        on_other_connection(lambda: take(cast.store, now=holder.expires_at))
        Holder.objects.filter(pk=holder.pk).update(expires_at=None)
    assert bays() == ["clerk"]
    assert not holder.reservations.exists(), "kept, and nothing is held"
