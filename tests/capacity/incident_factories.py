"""Incident cards opened by the verb that people use."""

from apps.capacity import affected, incidents
from apps.capacity.models import Resource
from apps.core import clock
from apps.desk.models import EventDelivery
from tests.capacity.factories import tomorrow


def report(cast, *things, seen=None, **fields):
    """Open a card tomorrow from 8 to 12 over ``things``, having seen what it touches."""
    fields = {
        "kind": "lift", "text": "Lift 3 leaks oil", "starts_at": tomorrow(8),
        "expected_end_at": tomorrow(12), "by": cast.dispatcher, "resources": things,
    } | fields  # fmt: skip
    try:
        return incidents.open_card(cast.store, **fields, seen=seen or "")
    except incidents.Unseen as found:
        if seen is not None:
            raise
        return incidents.open_card(cast.store, **fields, seen=affected.fingerprint(found.records))


def only_bay():
    """The bay of a narrow house."""
    return Resource.objects.get(kind="bay")


def deliver():
    """What a worker would do now."""
    while EventDelivery.objects.deliver_one(clock.now()):
        pass
    assert not EventDelivery.objects.exclude(error="").exists()
