"""Freezing what the customer sees, and taking his word on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Q, Value, When
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from apps.accounts.models import Setting, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Recommendation
from apps.desk.live import announce
from apps.desk.models import Event, File, Link, PdfJob, Task
from apps.desk.models.event import subject_key
from apps.desk.nudge import nudge
from apps.parts import services as stock
from apps.reception.models import Visit
from apps.workorders import messages
from apps.workorders.models import Authorisation, Line, OrderVersion, WorkOrder, seal
from apps.workorders.selectors import TEMPLATE_VERSION, charges, content, drift, latest_version
from apps.workorders.services import promise
from apps.workorders.services.lines import recalculate

LINK_LIFE = timedelta(hours=72)
MAX_SIGNATURE_BYTES = 300_000


@transaction.atomic
def freeze(order: WorkOrder, *, by: User | None, paper: bool = False) -> OrderVersion:
    """The order as it stands now, frozen and hashed; the newest version again when nothing changed since.

    ``paper`` asks for an unsigned PDF. About eight statements.
    """
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    version = latest_version(order)
    if (
        version is None
        or hasattr(version, "authorisation")
        or content(order, version.number) != version.content
    ):
        number = version.number + 1 if version else 1
        frozen = content(order, number)
        version = OrderVersion.objects.create(
            order=order,
            number=number,
            template_version=TEMPLATE_VERSION,
            content=frozen,
            sha256=seal(TEMPLATE_VERSION, frozen),
            total=order.total,
            made_by=by,
            made_at=clock.now(),
        )
    if paper:
        PdfJob.ask("workorders.estimate", version, store=order.store, by=by)
        nudge("desk.render_pdfs")
    return version


@transaction.atomic
def authorise(
    version: OrderVersion,
    *,
    method: str,
    given_by: str,
    by: User | None,
    signature: bytes | None = None,
    phone: str = "",
    said: str = "",
    witness: str = "",
    accepted: Collection[int] | None = None,
    declined: Collection[int] = (),
) -> Authorisation:
    """Take the customer's word on ``version``: its waiting lines are consented to, or declined one by one.

    ``accepted`` and ``declined`` are line ids; without ``accepted`` all that is not declined is accepted,
    with it all that is in neither stays waiting. ``by`` is None when the customer acts through a link.
    Raises DomainError; ``version_stale`` when the order has changed since it was frozen.
    """
    order = version.order
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    _refuse_stale(order, version)
    lines = list(order.lines.select_related("demand", "operation"))
    yes, no = _split([line for line in lines if line.state == "waiting"], accepted, declined)
    if not yes and not no and not drift(lines):
        raise DomainError(
            _("%(order)s has nothing that waits for consent.") % {"order": order}, code="nothing_to_authorise"
        )
    if order.status == WorkOrder.Status.ESTIMATE and not yes:
        raise DomainError(
            _("Nothing was accepted. If the customer wants none of it, decline the estimate instead."),
            code="nothing_accepted",
        )
    amount = sum((line.charge for line in yes), Decimal("0.00"))
    if not given_by.strip():
        raise DomainError(_("Write the name of the person who consents."), code="name_missing")
    if method == Authorisation.Method.PHONE:
        _check_phone(order, amount, phone=phone, said=said, witness=witness)
    consent = Authorisation.objects.create(
        version=version,
        method=method,
        given_by=given_by.strip()[:60],
        phone=phone,
        said=said[:300],
        witness=witness[:60],
        accepted=[line.pk for line in yes],
        declined=[line.pk for line in no],
        amount=amount,
        signature=_keep_signature(order, version, signature, method, by),
        taken_by=by,
        given_at=clock.now(),
    )
    _mark(order, version, yes)
    if no:
        turn_down(order, no, given_by=given_by, by=by)
        recalculate(order)
    if order.status != WorkOrder.Status.ESTIMATE and version.content["promised_at"]:
        promise.keep_with_consent(order, parse_datetime(version.content["promised_at"]), by=by)
    _announce_consent(order, consent, by=by)
    return consent


def _refuse_stale(order: WorkOrder, version: OrderVersion) -> None:
    if Authorisation.objects.filter(version=version).exists():
        raise DomainError(
            _("Version %(version)s of %(order)s has been answered already. Reload the page.")
            % {"version": version.number, "order": order},
            code="already_answered",
        )
    if content(order, version.number) != version.content:
        raise DomainError(
            _("%(order)s has changed since version %(version)s was shown. Show the customer the new one.")
            % {"order": order, "version": version.number},
            code="version_stale",
        )


def _split(
    waiting: Sequence[Line], accepted: Collection[int] | None, declined: Collection[int]
) -> tuple[list[Line], list[Line]]:
    known = {line.pk for line in waiting}
    refused = set(declined)
    agreed = known - refused if accepted is None else set(accepted)
    if (agreed | refused) - known or agreed & refused:
        raise DomainError(
            _("One of these lines does not wait for consent any more. Reload the page."), code="version_stale"
        )
    return [line for line in waiting if line.pk in agreed], [line for line in waiting if line.pk in refused]


def _check_phone(order: WorkOrder, amount: Decimal, *, phone: str, said: str, witness: str) -> None:
    if not phone.strip() or not said.strip():
        raise DomainError(
            _("For consent by phone write the number that was called and what was said."),
            code="phone_incomplete",
        )
    limit: Decimal = Setting.value_of("workorders.phone_limit", order.store_id)
    if amount > limit and not witness.strip():
        raise DomainError(
            _("Consent by phone over ¥%(limit)s needs the name of a second person who listened.")
            % {"limit": limit},
            code="witness_missing",
        )


def _keep_signature(
    order: WorkOrder, version: OrderVersion, signature: bytes | None, method: str, by: User | None
) -> File | None:
    if signature is None:
        if method == Authorisation.Method.SIGNATURE:
            raise DomainError(_("The signature is empty. Let the customer sign in the box."), code="unsigned")
        return None
    check_signature(signature)
    return File.issue(
        signature,
        name=f"{order.number}-v{version.number}.png",
        mime="image/png",
        kind="workorders.signature",
        about=order,
        store=order.store_id,
        by=by,
    )


def check_signature(data: bytes) -> None:
    """Raise DomainError unless ``data`` is a small PNG that somebody has drawn on."""
    refusal = DomainError(_("The signature could not be read. Let the customer sign again."), code="unsigned")
    if len(data) > MAX_SIGNATURE_BYTES:
        raise refusal
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            if image.width * image.height > 6_000_000:
                raise refusal
            extrema = image.convert("RGBA").getextrema()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise refusal from None
    if all(low == high for low, high in extrema):
        raise refusal


def _mark(order: WorkOrder, version: OrderVersion, yes: Iterable[Line]) -> None:
    """Write the consent onto the lines and let their parts go."""
    ids = [line.pk for line in yes]
    # The customer has seen the whole version: every authorised line's figure is agreed anew.
    order.lines.filter(Q(pk__in=ids) | Q(authorised_in__isnull=False)).update(
        agreed_amount=charges(),
        authorised_in=Case(
            When(pk__in=ids, then=Value(version.pk)),
            default=F("authorised_in"),
            output_field=BigIntegerField(),
        ),
    )
    if demands := [line.demand_id for line in yes if line.demand_id]:
        stock.release_for_issue(demands)


def _announce_consent(order: WorkOrder, consent: Authorisation, *, by: User | None) -> None:
    Task.drop(f"workorders.consent:{order.pk}", by=by, outcome=consent.get_method_display())
    Event.record(
        "workorder.consented",
        about=order,
        by=by,
        facts={
            "version": consent.version.number,
            "sha256": consent.version.sha256,
            "method": consent.method,
            "accepted": consent.accepted,
            "declined": consent.declined,
            "amount": str(consent.amount),
        },
        personal={"given_by": consent.given_by, "phone": consent.phone, "said": consent.said},
    )
    PdfJob.ask("workorders.order", consent.version, store=order.store, by=by)
    nudge("desk.render_pdfs")
    if order.status == WorkOrder.Status.ESTIMATE:
        order._move(WorkOrder.Status.AUTHORISED, by=by)
        if order.visit and order.visit.status in (Visit.Status.WAITING, Visit.Status.IN_RECEPTION):
            # A customer who signs by link has no colleague of ours beside him: his advisor took the car.
            order.visit.enter_house(by=by or order.advisor)
    else:
        announce(order.store_id, "board")


@transaction.atomic
def decline_lines(order: WorkOrder, line_ids: Collection[int], *, given_by: str, by: User) -> None:
    """The customer declines additional work in person: the lines become recommendations."""
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    waiting = list(order.lines.waiting().filter(pk__in=line_ids).select_related("demand", "operation"))
    if len(waiting) != len(set(line_ids)):
        raise DomainError(
            _("One of these lines does not wait for consent any more. Reload the page."), code="version_stale"
        )
    turn_down(order, waiting, given_by=given_by, by=by)
    recalculate(order)
    announce(order.store_id, "board")


def turn_down(order: WorkOrder, lines: Sequence[Line], *, given_by: str, by: User | None) -> None:
    """Mark waiting lines declined and keep them as recommendations on the vehicle's file.

    The caller holds the order's lock. A safety-relevant line needs the name of who declined it.
    """
    now = clock.now()
    name = given_by.strip()[:60]
    for line in lines:
        if line.is_safety_relevant and not name:
            raise DomainError(
                _("“%(line)s” concerns safety. Write the name of the person who declines it.")
                % {"line": line},
                code="name_missing",
            )
        if line.demand:
            stock.cancel(line.demand)
        line.declined_at, line.declined_by = now, name
    Line.objects.bulk_update(lines, ["declined_at", "declined_by"])
    Recommendation.objects.bulk_create(
        Recommendation(
            vehicle_id=order.vehicle_id,
            text=line.description,
            operation_code=line.operation.code if line.operation else "",
            amount=line.amount,
            is_safety_relevant=line.is_safety_relevant,
            source=subject_key(order),
            created_at=now,
            created_by=by,
        )
        for line in lines
        if line.kind != Line.Kind.FEE
    )
    if lines:
        Event.record(
            "workorder.work_declined",
            about=order,
            by=by,
            facts={
                "lines": [line.description for line in lines],
                "safety": [line.description for line in lines if line.is_safety_relevant],
            },
            personal={"given_by": name},
        )


@transaction.atomic
def send_link(order: WorkOrder, *, by: User) -> tuple[Link, str]:
    """Freeze the order and issue the customer's private address for it; earlier ones are withdrawn.

    The customer gets it as a message at once; on the page it is shown once more, to be shown or copied.
    """
    version = freeze(order, by=by)
    if not order.lines.waiting().exists():
        raise DomainError(
            _("%(order)s has nothing that waits for consent.") % {"order": order}, code="nothing_to_authorise"
        )
    Link.objects.filter(
        purpose="authorisation", object_id__in=order.versions.values("pk"), withdrawn_at=None
    ).update(withdrawn_at=clock.now())
    link, url = Link.objects.issue(
        "authorisation", about=version, store=order.store, expires_at=clock.now() + LINK_LIFE, by=by
    )
    messages.send_consent_link(order, version, url)
    Event.record(
        "workorder.link_sent", about=order, by=by, facts={"version": version.number, "sha256": version.sha256}
    )
    Task.put(
        f"workorders.consent:{order.pk}",
        about=order,
        kind="workorders.consent",
        title=gettext_noop("Consent for %(order)s is awaited"),
        params={"order": order.number},
        owner=order.advisor,
        due_at=clock.now() + timedelta(hours=1),
        url=f"/work-orders/{order.pk}/",
    )
    return link, url
