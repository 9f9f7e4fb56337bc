"""What this room adds to the frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.accounts.models.setting import declare_setting
from apps.accounts.permissions import declare
from apps.accounts.roles import CALLERS, DESK, FLOOR, MANAGERS, Role
from apps.appointments import (
    campaign_plan,
    missing,
    online_texts,
    online_times,
    pack,
    preparation,
    reactions,
    waiting,
    waiting_round,
    waiting_texts,
)
from apps.appointments.models import Appointment, BookingDraft, PreparationStep, WaitingEntry
from apps.appointments.proactive_page import PROACTIVE
from apps.appointments.texts import KINDS
from apps.appointments.views.waiting_public import waiting_public
from apps.calls.queues import declare_queue
from apps.capacity import affected, breaking, incidents
from apps.core import clock, health, when
from apps.core.registry import (
    Action,
    FileKind,
    LinkKind,
    NavItem,
    Panel,
    PdfKind,
    SearchKind,
    WorkList,
    registry,
)
from apps.customers.due import is_statutory
from apps.customers.models import Vehicle
from apps.desk.models import PdfJob
from apps.desk.models.event import EVENT_TITLES, subject_key
from apps.desk.subscriptions import subscribe

TONES = {"booked": "wait", "confirmed": "work", "arrived": "ready", "cancelled": "wait", "no_show": "late"}

WAITING_TONES = {
    "waiting": "wait",
    "offered": "block",
    "booked": "ready",
    "declined": "wait",
    "expired": "late",
    "withdrawn": "wait",
}


ONLINE_TONES = {
    "received": "wait",
    "assigned": "block",
    "booked": "ready",
    "declined": "wait",
    "withdrawn": "wait",
}


def _todays(user: User) -> list[dict[str, Any]]:
    """The advisor's own appointments of today that are still expected."""
    rows = Appointment.objects.visible_to(user).of_advisor(user).open().arriving_on(clock.today())
    return [
        {
            "title": f"{a.contact_name} · {a.get_kind_display()}",
            "url": reverse("appointments:detail", args=[a.pk]),
            "due_at": a.arrives_at,
            "note": a.number,
            "badge": a.get_status_display(),
            "tone": TONES[a.status],
            "plate": a.vehicle.plate,
        }
        for a in rows.select_related("vehicle")[:100]
    ]


def _kept(user: User) -> list[dict[str, Any]]:
    """Bookings the person was interrupted in."""
    return [
        {
            "title": row.name or row.plate,
            "url": f"{reverse('appointments:create')}?kept={row.key}",
            "due_at": None,
            "note": _("%(span)s ago") % {"span": when.span(row.age)},
            "plate": row.plate,
        }
        for row in BookingDraft.objects.visible_to(user).order_by("-saved_at", "-pk")
    ]


def _found(user: User, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = Appointment.objects.visible_to(user).filter(pk__in=ids).select_related("vehicle")
    return {
        a.pk: {
            "title": a.number,
            "subtitle": f"{a.contact_name} · {a.get_status_display()}",
            "url": reverse("appointments:detail", args=[a.pk]),
            "plate": a.vehicle.plate,
        }
        for a in rows
    }


def _book(vehicle: Vehicle, user: User) -> str:
    return f"{reverse('appointments:create')}?vehicle={vehicle.pk}"


def _new(_nothing: None, user: User) -> str:
    return reverse("appointments:create") if user.role in DESK else ""


def _book_caller(line: Any, user: User) -> str:
    return f"{reverse('appointments:create')}?{urlencode({'q': line.number})}" if line.number else ""


def _book_action(subject: str, url: Any) -> Action:
    label = _("Book an appointment")
    return Action(subject, label, url, icon="calendar-plus", order=10, perm="appointments.book", primary=True)


TITLES = {
    "appointment.booked": _("Appointment %(number)s booked"),
    "appointment.confirmed": _("Appointment %(number)s confirmed"),
    "appointment.moved": _("Appointment %(number)s moved"),
    "appointment.cancelled": _("Appointment %(number)s cancelled"),
    "appointment.arrived": _("Came to appointment %(number)s"),
    "appointment.replied": _("The customer replied “%(text)s”"),
    "appointment.call_back_promised": _("Call back promised"),
    "appointment.no_show": _("Did not come to appointment %(number)s"),
    "online.received": _("Online request %(number)s received"),
    "online.assigned": _("Online request %(number)s given to %(to)s"),
    "online.escalated": _("Online request %(number)s not confirmed in time"),
    "online.booked": _("Online request %(number)s confirmed as %(appointment)s"),
    "online.declined": _("Online request %(number)s declined"),
    "online.withdrawn": _("Online request %(number)s withdrawn by the customer"),
    "waiting.put": _("Put on the waiting list as %(number)s"),
    "waiting.offered": _("Time offered from the waiting list (%(number)s)"),
    "waiting.booked": _("Waiting list %(number)s: booked"),
    "waiting.declined": _("Waiting list %(number)s: the offered time declined"),
    "waiting.unanswered": _("Waiting list %(number)s: the offered time unanswered"),
    "waiting.expired": _("Waiting list %(number)s: the wished days are over"),
    "waiting.withdrawn": _("Waiting list %(number)s: withdrawn"),
}


def _work() -> tuple:
    """What people start their day from."""
    return (
        WorkList(
            "kept_bookings",
            _("Kept bookings"),
            _kept,
            "appointments.book",
            empty=_("No booking was interrupted."),
            order=4,
            page="appointments:create",
            roles=(*DESK, *CALLERS),
        ),
        WorkList(
            "appointments",
            _("My appointments today"),
            _todays,
            "appointments.book",
            empty=_("Nobody is expected any more today."),
            order=5,
            page="appointments:list",
            roles=DESK,
        ),
        Action(
            "work",
            _("New appointment"),
            _new,
            icon="calendar-plus",
            order=10,
            perm="appointments.book",
            primary=True,
        ),
    )


def _pages_of(holders: list[int]) -> dict[int, str]:
    """Where the booking, or the offer, of each holder is shown. Two queries."""
    pages: dict[int, str] = {}
    for model, page in ((Appointment, "appointments:detail"), (WaitingEntry, "appointments:waiting_detail")):
        rows = model.objects.filter(holder__in=holders).values_list("holder", "pk")
        pages |= {holder: reverse(page, args=[pk]) for holder, pk in rows}
    return pages


def _waiting_of(vehicle: Vehicle, user: User) -> dict[str, Any] | None:
    """What the vehicle waits for. One query."""
    entry = WaitingEntry.objects.visible_to(user).of_car(vehicle).select_related("store").first()
    return {"entry": entry, "tone": WAITING_TONES[entry.status]} if entry else None


def _wait() -> None:
    """What the waiting list adds."""
    declare_setting(
        missing.AFTER, int, 30, _("The advisor calls a customer who has not come after"), _("minutes"), low=5
    )
    declare_setting(
        waiting.ACCEPT_MINUTES,
        int,
        120,
        _("Time to accept an offer from the waiting list"),
        _("min"),
        low=15,
        high=1440,
        hint=_("It begins when the message goes, and ends one hour before the arrival at the latest."),
    )
    reactions.register()
    health.register("waiting_list", waiting_round.overdue)
    registry.add(
        LinkKind(waiting.LINK, waiting_public),
        Panel("vehicle", "appointments/_waiting_panel.html", _waiting_of, order=10, perm="appointments.see"),
        *waiting_texts.KINDS,
    )


STEP_TONES = {"open": "wait", "done": "ready", "failed": "late", "needless": "wait"}


def _steps_of(appointment: Appointment, user: User) -> dict[str, Any] | None:
    """The steps of preparation, with what this person may do. Two queries."""
    steps = list(appointment.steps.select_related("settled_by").order_by("due_at", "pk"))
    now = clock.now()
    may_act = appointment.is_open and user.has_perm("appointments.prepare")
    pack = next((step.pk for step in steps if step.kind == PreparationStep.Kind.PACK), 0)
    paper = PdfJob.objects.filter(kind=preparation.PACK, object_id=pack, file__isnull=False).first()
    rows = [{"step": step, "tone": "late" if step.is_late(now) else STEP_TONES[step.state]} for step in steps]
    apart = is_statutory(appointment.vehicle, clock.today())
    return {"rows": rows, "may_act": may_act, "paper": paper, "apart": apart} if rows else None


def _prepare() -> None:
    """What the preparation chain adds."""
    declare("appointments.prepare", *DESK, *CALLERS, Role.PARTS_CLERK, Role.TEAM_LEAD, Role.DISPATCHER)
    for kind, label in PreparationStep.Kind.choices:
        EVENT_TITLES[f"preparation.{kind}_done"] = format_lazy("{}", label)
        EVENT_TITLES[f"preparation.{kind}_failed"] = format_lazy(_("{step}: not possible"), step=label)
    registry.add(
        Panel("appointment", "appointments/_steps_panel.html", _steps_of, order=10, perm="appointments.see"),
        FileKind(preparation.PACK, _sees_pack),
        PdfKind(preparation.PACK, "appointments/pdf/pack.html", pack.context, pack.file_name),
    )


def _sees_pack(user: User, file: Any) -> bool:
    return user.has_perm("appointments.see") and file.store_id in user.visible_store_ids


def _online() -> None:
    """What the online page adds."""
    declare_setting(online_times.OPEN, bool, True, _("Customers may ask for appointments online"))
    declare_setting(
        online_times.KEY,
        online_times.cast,
        online_times.DEFAULT,
        _("Online requests are given to advisors at"),
        read=online_times.read,
        show=online_times.show,
        hint=_("Times of the day, for example 09:00, 13:00, 17:00."),
    )
    declare("appointments.assign_online", Role.RECEPTION_SUPERVISOR, *MANAGERS)
    declare("appointments.take_in", Role.INFORMATION_CLERK, *MANAGERS)
    registry.add(*online_texts.KINDS)


def _proactive() -> None:
    """What the forecast adds."""
    declare_setting(
        campaign_plan.PER_DAY,
        int,
        30,
        _("Proactive calls made a day at most"),
        pgettext_lazy("a unit", "calls"),
        high=1000,
        hint=_("The soonest due go first; what is left comes on the next day."),
    )
    declare_setting(
        campaign_plan.SHARE,
        int,
        30,
        _("Of the technicians' free time, campaigns and recalls take"),
        pgettext_lazy("a unit", "%"),
        high=100,
        hint=_("Their customers are called for days on which there is room."),
    )
    registry.add(Panel("campaign", "appointments/_campaign.html", campaign_plan.panel, order=10))
    EVENT_TITLES["proactive.completed"] = _("Called about what is due")
    declare_queue(PROACTIVE)


def _affected(scope: affected.Scope) -> Iterator[affected.Record]:
    """Expected cars that hold what is out of order, or need the part within the time. One query."""
    hit = Q(holder__in=scope.holders)
    if scope.part is not None:
        hit |= Q(items__part=scope.part, arrives_at__lt=scope.end, ready_at__gt=scope.start)
    rows = Appointment.objects.filter(hit, store=scope.store).open().select_related("vehicle").distinct()
    for a in rows:
        url, label = reverse("appointments:detail", args=[a.pk]), f"{a.number} {a.vehicle.plate}".strip()
        yield affected.Record(subject_key(a), a.event_thread, label, url, a.arrives_at, [a.holder_id])


def register() -> None:
    """Called once, when Django is ready."""
    breaking.URLS.append(_pages_of)
    affected.RECORDS.append(_affected)
    subscribe("appointments.incidents", "appointment.booked", "appointment.moved", handler=incidents.follow)
    see = (*DESK, *CALLERS, *FLOOR, Role.PARTS_CLERK, Role.WARRANTY_CLERK, Role.ADMINISTRATOR)
    declare("appointments.see", *see, Role.GROUP_MANAGER)
    declare("appointments.book", *DESK, *CALLERS)
    EVENT_TITLES.update(TITLES)
    _wait()
    _online()
    _prepare()
    _proactive()
    registry.add(
        NavItem(
            _("Appointments"),
            "appointments:list",
            "calendar-event",
            "appointments.see",
            group="front",
            order=200,
        ),
        SearchKind("appointment", _("Appointments"), _found, "calendar-event", order=60),
        _book_action("caller", _book_caller),
        _book_action("vehicle", _book),
        *KINDS,
        *_work(),
    )
