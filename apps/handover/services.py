"""Handing over a new car: plan, deliver, alert. What touches customer, vehicle and the N+15 call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Setting, Store, User
from apps.accounts.roles import Role
from apps.calls.models import Call
from apps.core import clock, workdays
from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, Vehicle
from apps.customers.services import grant_access
from apps.desk.models import Event, Notice
from apps.handover.models import Handover

N15 = "n15"
N15_AFTER = timedelta(days=15)
N15_OPEN_WORKDAYS = 3
NOT_COLLECTED = gettext_noop("Not collected yet")
Status = Handover.Status


@dataclass(frozen=True)
class Delivery:
    """What the day itself tells. ``visit_weekday`` counts from Monday, 0."""

    odometer_km: int
    km_per_month: int
    sales_consultant: str
    use: str = ""
    driven_on: str = ""
    preferred_channel: str = ""
    preferred_hours: str = ""
    visit_weekday: int | None = None


def advisors(store: Store) -> list[User]:
    """The store's advisors with ``customer_count``, the one with the fewest customers first. One query."""
    own = (
        Customer.objects.current()
        .filter(advisor=OuterRef("pk"))
        .order_by()
        .values("advisor")
        .annotate(n=Count("pk"))
        .values("n")
    )
    people = User.objects.with_role(Role.SERVICE_ADVISOR).filter(store=store, is_shared=False)
    return list(
        people.annotate(customer_count=Coalesce(Subquery(own), 0)).order_by("customer_count", "name", "pk")
    )


def n15_window(day: date) -> tuple[date, date]:
    """N+15 of a car collected on ``day``: fifteen calendar days later, open for three working days."""
    opens_on = day + N15_AFTER
    return opens_on, workdays.add_workdays(opens_on, N15_OPEN_WORKDAYS)


@transaction.atomic
def plan(
    *,
    vehicle: Vehicle,
    customer: Customer,
    store: Store,
    sales_consultant: str,
    advisor: User,
    planned_at: datetime,
    invoiced_on: date,
    is_statutory: bool,
    by: User,
) -> Handover:
    """Enter a new car's handover. Its N+15 call is made now, suspended until the car is collected.

    The store may see the customer from now on. Raises DomainError when the car has a handover.
    """
    grant_access(store, customer, "handover", by=by)
    try:
        with transaction.atomic():
            handover = Handover.objects.create(
                store=store,
                vehicle=vehicle,
                customer=customer,
                sales_consultant=sales_consultant.strip(),
                advisor=advisor,
                planned_at=planned_at,
                invoiced_on=invoiced_on,
                is_statutory=is_statutory,
                planned_by=by,
            )
    except IntegrityError as error:
        raise DomainError(
            _("%(car)s already has a handover. Open that one, or cancel it first.") % {"car": vehicle},
            code="handover_exists",
        ) from error
    Event.record("handover.planned", about=handover, by=by, facts={"planned_at": planned_at.isoformat()})
    _schedule_n15(handover)
    return handover


def _schedule_n15(handover: Handover) -> None:
    opens_on, closes_on = n15_window(timezone.localdate(handover.planned_at))
    Call.schedule(
        N15,
        f"n15-{handover.pk}",
        about=handover,
        customer=handover.customer,
        vehicle=handover.vehicle,
        opens_on=opens_on,
        closes_on=closes_on,
        suspended_because=NOT_COLLECTED,
        **n15_owner(handover),
    )


def n15_owner(handover: Handover) -> dict[str, Any]:
    """Whose the N+15 call is: the dedicated advisor's, or any callback agent's. By setting."""
    if Setting.value_of("handover.n15_owner", handover.store_id) == "agent":
        return {"role": Role.CALLBACK_AGENT}
    return {"owner": handover.advisor}


@transaction.atomic
def deliver(handover: Handover, details: Delivery, *, by: User) -> None:
    """The customer drives away: mileage, usage and advisor go on file, N+15 gets its days.

    Raises DomainError while a recheck or an explanation is open. The event
    ``handover.delivered`` tells later rooms.
    """
    handover.lock()
    open_points = len(handover.missing("rechecked")) + len(handover.missing("explained"))
    if handover.status == Status.DELIVERABLE and open_points:
        raise DomainError(
            _("%(n)d point(s) of the handover of %(car)s are open. Tick them first.")
            % {"n": open_points, "car": handover},
            code="not_explained",
        )
    now = clock.now()
    fields = {name: getattr(details, name) for name in Delivery.__dataclass_fields__}
    channel = fields.pop("preferred_channel")
    handover._move(Status.DELIVERED, by=by, delivered_at=now, delivered_by=by, **fields)
    _put_on_file(handover, details.odometer_km, channel, by)
    call = Call.objects.filter(key=f"n15-{handover.pk}", state=Call.State.SUSPENDED).first()
    if call is not None:
        day = timezone.localdate(now)
        opens_on, closes_on = n15_window(day)
        call.resume(by=by, opens_on=opens_on, closes_on=closes_on, previous_on=day)


def _put_on_file(handover: Handover, odometer_km: int, channel: str, by: User) -> None:
    vehicle, customer, store = handover.vehicle, handover.customer, handover.store
    if vehicle.owner_id != customer.pk:
        vehicle.change_owner(customer, by=by, reason=translate("New car handed over"), store=store)
    vehicle.update(
        by=by,
        store=store,
        km_per_month=handover.km_per_month,
        is_statutory=handover.is_statutory,
        purchased_on=handover.invoiced_on,
    )
    day = timezone.localdate(handover.delivered_at)
    vehicle.record_reading(odometer_km, day, Reading.Source.HANDOVER, by, store=store)
    told = {"preferred_channel": channel} if channel else {}
    told |= {"preferred_hours": handover.preferred_hours} if handover.preferred_hours else {}
    customer.update(by=by, store=store, advisor=handover.advisor, **told)
    grant_access(store, customer, "handover", by=by)


@transaction.atomic
def change_advisor(handover: Handover, advisor: User, *, by: User) -> None:
    """Another dedicated advisor, before the car is collected; the N+15 call goes with it."""
    handover.lock()
    if not handover.is_expected:
        raise DomainError(
            _("%(car)s is with its customer. Change the advisor on the customer's file.") % {"car": handover},
            code="handover_state",
        )
    handover.advisor, handover.alerted_at = advisor, None
    handover.version = F("version") + 1
    handover.save(update_fields=["advisor", "alerted_at", "version"])
    handover.refresh_from_db(fields=["version"])
    Call.objects.filter(key=f"n15-{handover.pk}", owner__isnull=False).update(owner=advisor)
    Event.record("handover.advisor_changed", about=handover, by=by, facts={"advisor": advisor.name})


@transaction.atomic
def cancel(handover: Handover, reason: str, *, by: User) -> None:
    """The sale fell through: its follow-up is cancelled with it. Raises DomainError without a reason."""
    handover.lock()
    if not reason.strip():
        raise DomainError(translate("Say why; the reason stands in the history."), code="reason_missing")
    handover._move(Status.CANCELLED, by=by, reason=reason.strip())
    for call in Call.objects.filter(key=f"n15-{handover.pk}"):
        if not call.is_over:
            call.cancel(reason, by=by)


@transaction.atomic
def alert_advisors(now: datetime | None = None) -> int:
    """Tell each advisor five minutes before his handover; returns how many were told. Once each."""
    now = now or clock.now()
    rows = (
        Handover.objects.to_alert(now)
        .select_related("vehicle", "customer", "advisor")
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
    )
    told = list(rows[:100])
    for handover in told:
        text = gettext_noop("Handover of %(vehicle)s to %(customer)s at %(time)s")
        if handover.status == Status.PLANNED:
            text = gettext_noop("Handover of %(vehicle)s to %(customer)s at %(time)s: not prepared yet")
        Notice.tell(
            [handover.advisor],
            text,
            url=handover.get_absolute_url(),
            vehicle=str(handover.vehicle),
            customer=handover.customer.name,
            time=f"{timezone.localtime(handover.planned_at):%H:%M}",
        )
        handover.alerted_at = now
    Handover.objects.bulk_update(told, ["alerted_at"])
    return len(told)
