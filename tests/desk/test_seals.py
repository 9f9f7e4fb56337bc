"""The sealed history: whatever is changed, removed or slipped in afterwards is named."""

import pytest
from django.db import connection, transaction

from apps.core import clock
from apps.desk import seals
from apps.desk.models import Event, Seal
from tests.harness.connections import in_background, on_other_connection


def happened(cast, **more):
    return Event.record("car.arrived", about=cast.store, by=cast.advisor, store=cast.store, **more)


def seal():
    return seals.seal_due(clock.now())


def found():
    return list(seals.differences())


@pytest.fixture
def chain(cast, db):
    """Three batches: of two events, one, and one that names a person."""
    rows = [happened(cast), happened(cast, facts={"km": 120, "是": "真"})]
    seal()
    rows.append(happened(cast, reason="towed in"))
    seal()
    rows.append(happened(cast, personal={"name": "李小红", "phone": "13812345678"}))
    seal()
    return rows


def test_each_event_is_sealed_once_and_the_chain_adds_up(chain):
    assert [s.size for s in Seal.objects.order_by("number")] == [2, 1, 1]
    assert seal() == 0
    assert found() == []


def test_stores_have_chains_of_their_own_and_events_of_no_store_one_too(chain, cast):
    Event.record("car.arrived", about=cast.other_store, by=None, store=cast.other_store)
    Event.record("clock.moved", about=cast.group, by=None)
    assert seal() == 2
    assert sorted(Seal.objects.values_list("number", flat=True)) == [1, 1, 1, 2, 3]
    assert found() == []


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "driven in"},
        {"kind": "car.left"},
        {"facts": {"km": 12}},
        {"actor": None},
        {"commitment": "0" * 64},
    ],
)
def test_an_altered_event_is_named(chain, change):
    Event.objects.filter(pk=chain[2].pk).update(**change)
    assert found() == [f"seal {Seal.objects.get(number=2)}: an event in it was altered"]


def test_a_removed_event_is_named(chain):
    chain[0].delete()
    chain[2].delete()
    first, second = Seal.objects.order_by("number")[:2]
    assert found() == [f"seal {first}: 2 event(s) sealed, 1 found", f"seal {second}: its 1 event(s) are gone"]


def test_an_event_slipped_into_an_old_batch_is_named(chain, cast):
    late = happened(cast)
    Event.objects.filter(pk=late.pk).update(seal=Seal.objects.get(number=1))
    assert len(found()) == 1


def test_a_removed_or_rewritten_seal_is_named(chain):
    second = Seal.objects.get(number=2)
    Event.objects.filter(seal=second).delete()
    second.delete()
    assert found() == [f"seal {Seal.objects.get(number=3)}: follows number 1; seals between them are gone"]
    first = Seal.objects.get(number=1)
    Seal.objects.filter(pk=first.pk).update(size=3)
    assert any("was altered or does not follow" in sentence for sentence in found())


def test_erased_personal_values_leave_the_seal_whole(chain):
    assert Event.objects.filter(pk=chain[3].pk).forget() == 1
    assert Event.objects.get(pk=chain[3].pk).personal == {}
    assert found() == []


def test_other_personal_values_than_the_sealed_ones_are_named(chain):
    Event.objects.filter(pk=chain[3].pk).update(personal={"name": "张三"})
    Event.objects.filter(pk=chain[0].pk).update(personal={"name": "张三"})
    assert found() == [
        f"event {chain[0].pk}: personal values stand where none were sealed",
        f"event {chain[3].pk}: its personal values were altered",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_with_a_lower_id_is_sealed_in_the_next_batch(cast):
    with transaction.atomic():
        late = happened(cast)
        early = on_other_connection(lambda: happened(cast))
        assert early.pk > late.pk
        assert on_other_connection(seal) >= 1
    assert seal() == 1
    late.refresh_from_db()
    assert late.seal == Seal.objects.order_by("-number").first()
    assert found() == []


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_leaves_the_batch_to_the_first(cast):
    happened(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [seals.LOCK_CLASS, cast.store.pk])
        assert in_background(seal).result() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [seals.LOCK_CLASS, cast.store.pk])
    assert on_other_connection(seal) == 1
