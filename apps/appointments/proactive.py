"""Calling customers before their service is due: whom, about what, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import DealerGroup, Setting, Store, User
from apps.accounts.roles import Role
from apps.appointments import campaign_plan, forecast
from apps.appointments.campaign_plan import PER_DAY
from apps.appointments.models import Appointment, ProactiveCall
from apps.calls.models import Call
from apps.calls.models.sets import SAME_THING
from apps.capacity.selectors import Hours
from apps.core import clock, workdays
from apps.core.errors import DomainError
from apps.customers import campaigns, due
from apps.customers.models import Campaign, CampaignVehicle, Reading, Recommendation, ServiceRecord, Vehicle
from apps.desk.models import Event

QUEUE = "proactive"
OPEN_WORKDAYS = 5
"""Working days within which the call is made."""
BEGINS_AT_HOUR = 8
BOOKED = gettext_noop("An appointment is made")
DONE = gettext_noop("It is done, or not wanted any more")
CHUNK = 500
LATEST_AGAIN = timedelta(days=366)
IN_HOUSE: list[Callable[[], Any]] = []
"""Later rooms say which vehicles are here just now (a query of ids): about those nobody calls."""


# -- whom to call ----------------------------------------------------------------------------------


def go_round(now: datetime | None = None) -> int:
    """Have the calls of today made in every store that is open; returns how many. Again changes nothing."""
    now = now or clock.now()
    for group in DealerGroup.objects.order_by("pk"):
        campaigns.refresh(group, timezone.localdate(now))
    return sum(forecast_store(store, now=now) for store in Store.objects.order_by("pk"))


def forecast_store(store: Store, *, now: datetime) -> int:
    """Make calls for the cars on which something falls due, the soonest first, so many a day at most.

    Not on closed days, and not before eight. Cars that are here or booked, that are called already, whose
    customer was reached about such a thing within seven days, or who is lost, are left alone.
    """
    today = timezone.localdate(now)
    if timezone.localtime(now).hour < BEGINS_AT_HOUR or Hours(store.pk, today, today).on(today) is None:
        return 0
    campaign_plan.plan(store, today=today)
    made_today = ProactiveCall.objects.filter(store=store, call__created_at__gte=clock.at(today, 0)).count()
    room = Setting.value_of(PER_DAY, store.pk) - made_today
    if room <= 0:
        return 0
    found = sorted(_found(store, today, now), key=_urgency)
    return sum(schedule(store, vehicle, items, now=now) is not None for vehicle, items in found[:room])


def _urgency(pair: tuple[Vehicle, list[forecast.DueItem]]) -> tuple[bool, forecast.DueItem, int]:
    """The soonest due goes first; what is only a campaign's goes last."""
    vehicle, items = pair
    return all(item.kind == Campaign.Kind.CAMPAIGN for item in items), items[0], vehicle.pk


def _found(store: Store, today: date, now: datetime) -> Iterator[tuple[Vehicle, list[forecast.DueItem]]]:
    for vehicle in _candidates(store, now).iterator(chunk_size=CHUNK):
        service = due.of_read(vehicle, vehicle.latest_readings, vehicle.latest_records, today)
        dates = {"insured_until": vehicle.insured_until, "inspection_due_on": vehicle.inspection_due_on}
        covered = {key for call in vehicle.called for key in call.keys}
        waits = {"campaigns": vehicle.running_campaigns, "recommendations": vehicle.declined}
        items = forecast.due_items(service, **dates, **waits, today=today)
        if fresh := [item for item in items if item.key not in covered]:
            yield vehicle, fresh


def _candidates(store: Store, now: datetime) -> Any:
    """Cars of the store's customers that may be called about; with what the forecast reads."""
    booked = Appointment.objects.open().filter(vehicle=OuterRef("pk"))
    called = ProactiveCall.objects.filter(vehicle=OuterRef("pk"))
    lately = Call.objects.filter(queue=QUEUE, customer=OuterRef("owner"), reached_at__gt=now - SAME_THING)
    rows = campaign_plan.cars_of(store).filter(owner__merged_into=None)
    rows = rows.filter(
        ~Exists(booked), ~Exists(called.standing()), ~Exists(called.lost()), ~Exists(lately)
    ).exclude(owner__phone="")
    for here in IN_HOUSE:
        rows = rows.exclude(pk__in=here())
    return rows.select_related("model__brand", "owner__advisor").prefetch_related(
        Prefetch("readings", Reading.objects.accepted().order_by("-read_on", "-pk"), "latest_readings"),
        Prefetch("service_records", ServiceRecord.objects.order_by("-arrived_on", "-pk"), "latest_records"),
        Prefetch("campaigns", CampaignVehicle.objects.due(timezone.localdate(now)), "running_campaigns"),
        Prefetch("recommendations", Recommendation.objects.open(), "declined"),
        Prefetch("proactive_calls", ProactiveCall.objects.only("vehicle", "keys"), "called"),
    )


@transaction.atomic
def schedule(
    store: Store,
    vehicle: Vehicle,
    items: list[forecast.DueItem],
    *,
    now: datetime,
    opens_on: date | None = None,
    key: str = "",
) -> ProactiveCall | None:
    """The call about ``items``, in the queue of the customer's own advisor; None when it is there already."""
    opens_on = opens_on or timezone.localdate(now)
    advisor = vehicle.owner.advisor
    owner = advisor if advisor is not None and advisor.is_active else None
    with translation.override(settings.LANGUAGE_CODE):
        topic = ", ".join(item.words for item in items)
    call = Call.schedule(
        QUEUE,
        key or f"{QUEUE}-{vehicle.pk}-{items[0].key}",
        about=vehicle,
        customer=vehicle.owner,
        vehicle=vehicle,
        store=store,
        owner=owner,
        role="" if owner else Role.SERVICE_ADVISOR,
        opens_on=opens_on,
        closes_on=workdays.add_workdays(opens_on, OPEN_WORKDAYS),
        topic=topic,
    )
    row, is_new = ProactiveCall.objects.get_or_create(
        call=call,
        defaults={
            "store": store,
            "vehicle": vehicle,
            "keys": [item.key for item in items],
            "items": [item.as_json() for item in items],
            "due_on": items[0].due_on,
        },
    )
    return row if is_new else None


# -- what comes of it -------------------------------------------------------------------------------


@transaction.atomic
def complete(
    row: ProactiveCall,
    *,
    result: str,
    by: User,
    person_spoken_to: str,
    again_on: date | None = None,
    lost_reason: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> None:
    """The customer was reached: *later* wants ``again_on``, *refused* a ``reason``, *lost* a ``lost_reason``.

    Raises DomainError ``nothing_booked`` when no appointment is open, ``again_in_the_past``, and those of
    ``Call.complete``.
    """
    now = now or clock.now()
    call, Result = row.call, ProactiveCall.Result
    call.complete(by=by, person_spoken_to=person_spoken_to, note=reason, now=now)
    told: dict[str, Any] = {"reason": reason.strip()[:200]}
    if result == Result.BOOKED:
        told["appointment"] = _booked(row)
    elif result == Result.LATER:
        told["again_on"] = _again(row, again_on, now)
    elif result == Result.LOST:
        told["lost_reason"] = lost_reason
    row.settle(result, **told)
    if result == Result.LATER and again_on is not None:
        key = f"{QUEUE}-{row.vehicle_id}-again-{again_on}"
        schedule(row.store, row.vehicle, row.due, now=now, opens_on=again_on, key=key)
    facts = {"result": result, "lost_reason": lost_reason, "items": row.keys}
    Event.record("proactive.completed", about=row, by=by, thread=call.event_thread, facts=facts)


def _booked(row: ProactiveCall) -> Appointment:
    """The appointment that the call has led to."""
    rows = Appointment.objects.open().filter(vehicle=row.vehicle_id, proactive_call=None)
    appointment = rows.order_by("-booked_at", "-pk").first()
    if appointment is None:
        raise DomainError(
            _("No appointment of %(car)s is open. Book it first, then complete the call.")
            % {"car": row.vehicle},
            code="nothing_booked",
        )
    return appointment


def _again(row: ProactiveCall, again_on: date | None, now: datetime) -> date:
    today = timezone.localdate(now)
    if again_on is None or not today < again_on <= today + LATEST_AGAIN:
        raise DomainError(_("Choose a day after today and within a year."), code="again_in_the_past")
    return again_on


def vehicle_booked(event: Event) -> None:
    """A car is booked otherwise: nobody needs to call about it, unless somebody is speaking already."""
    pk = int(event.subject.partition(":")[2])
    appointment = Appointment.objects.filter(pk=pk).first()
    if appointment is None:
        return
    rows = ProactiveCall.objects.standing().filter(vehicle=appointment.vehicle_id, call__reached_at=None)
    for row in rows.select_related("call"):
        if not row.call.is_claimed:
            row.call.cancel(BOOKED, by=None)


def ground_gone(event: Event) -> None:
    """A campaign or a recommendation ended on a car: who would be called about nothing else is not called."""
    pk = int(event.subject.partition(":")[2])
    campaigns_left = CampaignVehicle.objects.filter(vehicle=pk).open().values_list("campaign", flat=True)
    told = Recommendation.objects.filter(vehicle=pk).open().values_list("pk", flat=True)
    left = {"campaign": set(campaigns_left), "recommendation": set(told)}
    rows = ProactiveCall.objects.standing().filter(vehicle=pk, call__reached_at=None).select_related("call")
    for row in rows:
        if not any(_stands(key, left) for key in row.keys) and not row.call.is_claimed:
            row.call.cancel(DONE, by=None)


def _stands(key: str, left: dict[str, set[int]]) -> bool:
    kind, number = key.split("-")[:2]
    return kind not in left or int(number) in left[kind]
