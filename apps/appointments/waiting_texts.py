"""What somebody who waits is told, and whether it still goes."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Store
from apps.appointments import waiting
from apps.appointments.models import WaitingEntry
from apps.core import clock
from apps.core.registry import MessageKind
from apps.messaging.models import Message


def _entry(message: Message) -> WaitingEntry:
    return WaitingEntry.objects.select_related("vehicle", "receiver", "store").get(pk=message.object_id)


def decide(message: Message) -> str:
    """Judged at the moment of sending, which is when the time to accept begins."""
    starts_at = datetime.fromisoformat(message.params["starts_at"])
    stands = waiting.start_clock(_entry(message), starts_at, now=clock.now())
    return "" if stands else gettext_noop("The offer does not stand any more")


def moment(at: datetime) -> str:
    """As a message says it: month, day, time."""
    local = timezone.localtime(at)
    return _("%(month)d/%(day)d %(time)s") % {
        "month": local.month,
        "day": local.day,
        "time": f"{local:%H:%M}",
    }


def words(_store: Store) -> str:
    """The offer, and where to say yes or no."""
    return _(
        "%(store)s: a time has become free for %(plate)s: %(time)s with %(advisor)s. It is held for you "
        "until %(until)s. Yes or no: %(url)s"
    )


def facts(message: Message) -> dict[str, str]:
    """What holds when it is sent."""
    entry = _entry(message)
    starts_at = datetime.fromisoformat(message.params["starts_at"])
    return {
        "store": entry.store.name,
        "name": entry.contact_name,
        "plate": str(entry.vehicle),
        "time": moment(starts_at),
        "advisor": entry.receiver.name if entry.receiver else "",
        "until": moment(entry.accept_until or starts_at),
        "url": message.params["url"],
    }


def failed(message: Message) -> None:
    """Who cannot be reached by message is called at once."""
    waiting.hurry_call(_entry(message), now=clock.now())


KINDS = [
    MessageKind(
        waiting.OFFER,
        gettext_lazy("Time offered from the waiting list"),
        decide,
        words,
        facts,
        ("store", "name", "plate", "time", "advisor", "until", "url"),
        needed=("time", "until", "url"),
        failed=failed,
    )
]
