"""Online requests as customers make them, at moments that the tests choose."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from apps.appointments import online, online_menu
from apps.appointments.items import Ask
from apps.appointments.models import OnlineRequest
from apps.catalog.models import Package
from apps.core import clock
from apps.messaging.models import Message
from tests.appointments.factories import make_package
from tests.capacity import factories as house

ADDRESS = "203.0.113.7"


def wide(cast):
    """Two bays, two technicians, two advisors."""
    house.hours(cast.store)
    for name, man in [("一", cast.technician), ("二", cast.team_lead)]:
        house.bay(cast.store, name)
        house.technician(cast.store, man)
    for person in (cast.advisor, cast.reception_supervisor):
        house.advisor(cast.store, person)
    return cast.store


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """A moment of a coming day; day 0 is the day after tomorrow, so that all of it lies ahead."""
    day = timezone.localdate(clock.now()) + timedelta(days=2 + days)
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def ask(store, *, now: datetime, starts_at: datetime | None = None, **fields) -> OnlineRequest:
    """Typed on the page, the code not proved yet."""
    typed = {"name": "李明", "phone": "+8613812345678", "plate": "浙A12345", "words": ""} | fields
    asks = typed.pop("asks", None)
    return online.begin(
        store=store,
        asks=[Ask(package_of(store))] if asks is None else asks,
        address=typed.pop("address", ADDRESS),
        starts_at=starts_at or at(10, days=1),
        now=now,
        **typed,
    )


def package_of(store) -> Package:
    """The first package of the menu."""
    return online_menu.packages(store).first() or make_package(store)


def received(store, *, now: datetime, **fields) -> OnlineRequest:
    """A request whose number is proved."""
    request = ask(store, now=now, **fields)
    online.receive(request, now=now)
    request.refresh_from_db()
    return request


def code_of(request: OnlineRequest) -> str:
    """The last code that was sent."""
    rows = Message.objects.about(request).filter(kind="online.code").order_by("pk")
    return rows.last().params["code"]
