"""Reception's verbs that touch more than the visit."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.appointments import services as appointments
from apps.appointments.models import Appointment
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Reading, Vehicle
from apps.customers.services import grant_access
from apps.desk.live import announce
from apps.desk.models import Event, File, Link, Notice, NumberSeries, PdfJob
from apps.desk.nudge import nudge
from apps.reception import drawing, selectors, slip
from apps.reception.models import Damage, Interview, Visit, WalkAround
from apps.reception.register import Register

SLIP_LINK_DAYS = 90
WALK_AROUND_FIELDS = (
    "energy_percent",
    "warning_lamps",
    "accessories",
    "checks",
    "tyre_mm",
    "belongings",
    "remarks",
    "valuables_reminded",
    "covers_fitted",
    "companion",
)


@transaction.atomic
def arrive(
    store: Store,
    *,
    by: User | None,
    vehicle: Vehicle | None = None,
    appointment: Appointment | None = None,
    waits_here: bool = False,
    customer: Customer | None = None,
) -> Visit:
    """A vehicle has arrived at ``store``: by its appointment, or as it is.

    A vehicle given without an appointment takes its open one of today, so that nobody comes
    "as a walk-in" past his own booking. ``customer`` (default the appointment's, else the
    owner) is who brought it. Marks of the last visit are carried over. The advisor is told.
    Raises DomainError ``already_here`` while another visit of the vehicle is open.
    """
    if vehicle is None:
        if appointment is None:
            raise TypeError("arrive() needs a vehicle or an appointment")
        vehicle = appointment.vehicle
    appointment = appointment or selectors.appointment_of(vehicle, store)
    if appointment is not None:
        appointments.mark_arrived(appointment, by=by)
        customer = customer or appointment.customer
    _guard_one_place(vehicle)
    customer = customer or vehicle.owner
    visit = Visit.objects.create(
        store=store,
        number=NumberSeries.draw(store, "V"),
        vehicle=vehicle,
        customer=customer,
        appointment=appointment,
        advisor=_advisor_for(store, appointment, customer),
        arrived_at=clock.now(),
        waits_here=waits_here,
        expected_hours=_expected_hours(appointment),
    )
    for person in {customer, vehicle.owner}:
        grant_access(store, person, "arrival", by=by)
    facts = {"by_appointment": appointment is not None, "waits_here": waits_here}
    Event.record("visit.arrived", about=visit, by=by, facts=facts)
    _carry_marks(visit)
    _tell(visit, by)
    announce(store.pk, "queue")
    return visit


def _guard_one_place(vehicle: Vehicle) -> None:
    """Two doors, one car: the row lock makes the second door see the first one's visit."""
    Vehicle.objects.select_for_update(no_key=True, of=("self",)).get(pk=vehicle.pk)
    here = Visit.objects.open().filter(vehicle=vehicle).select_related("store").first()
    if here is not None:
        raise DomainError(
            _("%(vehicle)s is already here: visit %(visit)s at %(store)s. Open that visit or close it.")
            % {"vehicle": vehicle, "visit": here, "store": here.store},
            code="already_here",
            extra={"visit": here.number},
        )


def _advisor_for(store: Store, appointment: Appointment | None, customer: Customer) -> User | None:
    """The appointment's advisor, else the customer's own while that one works here, else nobody yet."""
    if appointment is not None:
        return appointment.advisor
    own = customer.advisor
    return own if own and own.is_active and own.store_id == store.pk else None


def _expected_hours(appointment: Appointment | None) -> Decimal | None:
    """Hours of the booked items; without any the time between arrival and hand-back."""
    if appointment is None:
        return None
    booked = appointment.items.aggregate(hours=Sum("flat_rate_hours"))["hours"]
    if booked:
        return booked
    seconds = Decimal((appointment.ready_at - appointment.arrives_at).total_seconds())
    return min((seconds / 3600).quantize(Decimal("0.1")), Decimal("9999.9"))


def _carry_marks(visit: Visit) -> None:
    """Bring over what was already marked. Photos stay with the store that took them."""
    before = selectors.last_visit_with_marks(visit)
    if before is None:
        return
    same_store = before.store_id == visit.store_id
    Damage.objects.bulk_create(
        Damage(
            visit=visit,
            zone=mark.zone,
            kind=mark.kind,
            x=mark.x,
            y=mark.y,
            note=mark.note,
            photo_id=mark.photo_id if same_store else None,
            carried_from=mark,
        )
        for mark in before.damages.all()
    )


def _tell(visit: Visit, by: User | None) -> None:
    url = reverse("reception:visit", args=[visit.pk])
    if visit.advisor and visit.advisor != by:
        Notice.tell(
            [visit.advisor], gettext_noop("%(plate)s has arrived."), url=url, plate=str(visit.vehicle)
        )
    limit = selectors.Standards(visit.store).queue_limit
    waiting = Visit.objects.filter(store=visit.store).waiting().count()
    if waiting == limit + 1:  # once, at the moment the limit is passed
        helpers = User.objects.filter(store=visit.store).with_role(
            Role.RECEPTION_SUPERVISOR, Role.DISPATCHER, Role.TEAM_LEAD
        )
        Notice.tell(
            list(helpers),
            gettext_noop("%(count)s customers wait at reception. Please help to receive them."),
            url=reverse("reception:queue"),
            count=waiting,
        )


@transaction.atomic
def send_away(visit: Visit, reason: str, *, by: User, fee_waived_reason: str = "") -> None:
    """The customer leaves without work. Refused once an order has taken the vehicle in."""
    visit.lock()
    if visit.status == Visit.Status.IN_HOUSE:
        raise DomainError(
            _("%(vehicle)s is in the house under an order. Close the order; the delivery lets it leave.")
            % {"vehicle": visit.vehicle},
            code="in_house",
        )
    visit.leave(reason, by=by, fee_waived_reason=fee_waived_reason)


@transaction.atomic
def add_mark(
    visit: Visit,
    *,
    by: User,
    kind: str,
    x: int | None = None,
    y: int | None = None,
    zone: str = "",
    note: str = "",
    photo: UploadedFile | None = None,
    client_key: str = "",
) -> Damage:
    """Mark a new damage at ``x``, ``y`` (per mille) or, without them, in the middle of ``zone``.

    The same ``client_key`` again returns the mark that is there, and gives it the photo it
    still lacks. Raises ValidationError for a wrong photo, DomainError once the slip is signed.
    """
    visit.lock()
    _guard_marks(visit)
    if x is None or y is None:
        x, y = drawing.anchor_of(zone)
    mark = Damage.objects.filter(visit=visit, client_key=client_key).first() if client_key else None
    if mark is None:
        mark = Damage.objects.create(
            visit=visit, zone=drawing.zone_at(x, y), kind=kind, x=x, y=y, note=note, client_key=client_key
        )
    if photo is not None and mark.photo is None:
        mark.photo = File.take_photo(photo, kind="reception.damage", about=visit, store=visit.store_id, by=by)
        mark.save(update_fields=["photo"])
    return mark


@transaction.atomic
def remove_mark(mark: Damage, *, by: User) -> None:
    """Take a mark off: a slip of the finger, or an earlier damage that has been repaired."""
    visit = mark.visit
    visit.lock()
    _guard_marks(visit)
    if mark.is_carried:
        Event.record("damage.gone", about=visit, by=by, facts={"zone": mark.zone, "kind": mark.kind})
    mark.delete()


def _guard_marks(visit: Visit) -> None:
    visit.guard_open()
    if WalkAround.objects.filter(visit=visit).exclude(signed_at=None).exists():
        raise DomainError(
            _("The reception slip of %(visit)s is signed; its marks cannot change any more.")
            % {"visit": visit},
            code="slip_signed",
        )


@transaction.atomic
def save_walk_around(
    visit: Visit,
    *,
    by: User,
    odometer_km: int,
    odometer_replaced_reason: str = "",
    waits_here: bool | None = None,
    expected_hours: Decimal | None = None,
    signature: UploadedFile | None = None,
    signed_name: str = "",
    **fields: Any,
) -> WalkAround:
    """Write the walk-around; with a signature it is frozen, hashed, and its PDF is ordered.

    ``fields`` are those of ``WALK_AROUND_FIELDS``. Raises DomainError: ``slip_signed``,
    ``visit_closed``, ``signature_required`` (naming the rule), ``odometer_backwards``.
    """
    visit.lock()
    _guard_marks(visit)
    if unknown := fields.keys() - set(WALK_AROUND_FIELDS):
        raise TypeError(f"save_walk_around() knows no {', '.join(sorted(unknown))}")
    register = _decide_register(visit, waits_here, expected_hours, is_signed=signature is not None)
    walk = WalkAround.objects.filter(visit=visit).first() or WalkAround(visit=visit)
    _read_odometer(visit, walk, odometer_km, odometer_replaced_reason, by)
    for name, value in fields.items():
        setattr(walk, name, value)
    walk.odometer_km, walk.done_by, walk.done_at = odometer_km, by, clock.now()
    walk.is_mandatory = register.is_mandatory
    if signature is not None:
        _sign(visit, walk, signature, signed_name, by)
    walk.save()
    new_marks = visit.damages.filter(carried_from=None).count()
    facts = {"odometer_km": odometer_km, "new_marks": new_marks, "signed": bool(walk.signed_at)}
    Event.record("visit.walked_around", about=visit, by=by, facts=facts)
    if walk.signed_at:
        PdfJob.ask("reception.slip", walk, store=visit.store, by=by)
        nudge("desk.render_pdfs")
    announce(visit.store_id, "queue")
    return walk


def _decide_register(
    visit: Visit, waits_here: bool | None, expected_hours: Decimal | None, *, is_signed: bool
) -> Register:
    """Keep what the customer decided about waiting, and judge whether that asks for a signature."""
    visit.waits_here = visit.waits_here if waits_here is None else waits_here
    visit.expected_hours = visit.expected_hours if expected_hours is None else expected_hours
    visit.save(update_fields=["waits_here", "expected_hours"])
    register = selectors.register_of(visit)
    if register.is_mandatory and not is_signed:
        raise DomainError(
            _("The customer must sign the reception slip: %(reasons)s.")
            % {"reasons": "; ".join(register.reasons)},
            code="signature_required",
        )
    return register


def _read_odometer(visit: Visit, walk: WalkAround, odometer_km: int, reason: str, by: User) -> None:
    if walk.pk and walk.odometer_km == odometer_km:
        return
    today = clock.today()
    before = visit.vehicle.conflicting_reading(odometer_km, today, replaced=bool(reason.strip()))
    if before is not None:
        raise DomainError(
            _("%(km)s km contradicts the reading of %(known)s km. Read again, or say why it was replaced.")
            % {"km": odometer_km, "known": before.odometer_km},
            code="odometer_backwards",
        )
    visit.vehicle.record_reading(
        odometer_km, today, Reading.Source.VISIT, by, replaced_reason=reason, store=visit.store
    )


def _sign(visit: Visit, walk: WalkAround, signature: UploadedFile, name: str, by: User) -> None:
    walk.signature = File.take_photo(
        signature, kind="reception.signature", about=visit, store=visit.store_id, by=by
    )
    walk.signed_name = name.strip()[:60] or visit.customer.name[:60]
    walk.signed_at = clock.now()
    walk.template_version = slip.TEMPLATE_VERSION
    walk.content = slip.content_of(visit, walk, selectors.marks_of(visit))
    walk.sha256 = slip.digest(walk.content)


@transaction.atomic
def save_interview(
    visit: Visit, *, by: User, customer_words: str, symptoms: dict[str, str], started_at: datetime
) -> Interview:
    """Keep the customer's words. ``started_at`` is held between arrival and now; the first save's stays."""
    visit.lock()
    visit.guard_open()
    now = clock.now()
    interview = Interview.objects.filter(visit=visit).first()
    if interview is None:
        started_at = min(max(started_at, visit.arrived_at), now)
        interview = Interview(visit=visit, started_at=started_at, finished_at=now)
    interview.customer_words = customer_words
    interview.symptoms = {k: v for k, v in symptoms.items() if v}
    interview.listened_by = by
    interview.save()
    seconds = int(interview.listened.total_seconds())
    Event.record("visit.interviewed", about=visit, by=by, facts={"listened_seconds": seconds})
    return interview


@transaction.atomic
def issue_slip_link(visit: Visit, *, by: User) -> str:
    """A new address under which the customer reads his copy for 90 days; earlier ones go on working."""
    if not WalkAround.objects.filter(visit=visit).exists():
        raise DomainError(
            _("There is no walk-around for %(visit)s yet. Save it first, then give the copy.")
            % {"visit": visit},
            code="no_walk_around",
        )
    expires_at = clock.now() + timedelta(days=SLIP_LINK_DAYS)
    _link, url = Link.objects.issue(
        "reception_slip", about=visit, store=visit.store, expires_at=expires_at, by=by
    )
    Event.record("visit.slip_sent", about=visit, by=by)
    return url
