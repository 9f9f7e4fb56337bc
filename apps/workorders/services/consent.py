"""Freezing what the customer sees, and taking his word on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Q, Value, When
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from apps.accounts.models import Setting, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.desk.live import announce
from apps.desk.models import Event, File, Link, PdfJob, Task
from apps.desk.nudge import nudge
from apps.parts import services as stock
from apps.reception.models import Visit
from apps.workorders import messages
from apps.workorders.models import Authorisation, Line, OrderVersion, WorkOrder, seal
from apps.workorders.selectors import TEMPLATE_VERSION, charges, content, drift, latest_version
from apps.workorders.services import promise
from apps.workorders.services.lines import recalculate
from apps.workorders.services.refusal import turn_down

LINK_LIFE = timedelta(hours=72)
MAX_SIGNATURE_BYTES = 300_000


@dataclass(frozen=True, kw_only=True)
class Word:
    """What the customer said to a version, and how.

    ``accepted`` and ``declined`` are line ids; without ``accepted`` all that is not declined is accepted,
    with it all that is in neither stays waiting.
    """

    method: str
    given_by: str
    signature: bytes | None = None
    phone: str = ""
    said: str = ""
    witness: str = ""
    accepted: Collection[int] | None = None
    declined: Collection[int] = ()


@transaction.atomic
def freeze(order: WorkOrder, *, by: User | None, paper: bool = False) -> OrderVersion:
    """The order as it stands now, frozen and hashed; the newest version again when nothing changed since.

    ``paper`` asks for an unsigned PDF. Six statements.
    """
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    version = _freeze(order, _lines(order), by=by)
    if paper:
        PdfJob.ask("workorders.estimate", version, store=order.store, by=by)
        nudge("desk.render_pdfs")
    return version


@transaction.atomic
def authorise(version: OrderVersion, *, by: User | None, **word: Any) -> Authorisation:
    """Take the customer's word (the fields of ``Word``) on ``version``.

    Its waiting lines are consented to, or declined one by one; parts may be issued from now on; the first
    consent makes the estimate an order. ``by`` is None when the customer acts through a link.
    Raises DomainError; ``version_stale`` when the order has changed since it was frozen.
    """
    order = version.order
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    lines = _lines(order)
    if Authorisation.objects.filter(version=version).exists():
        raise DomainError(
            _("Version %(version)s of %(order)s has been answered already. Reload the page.")
            % {"version": version.number, "order": order},
            code="already_answered",
        )
    if content(order, version.number, lines) != version.content:
        raise _stale(order, version.number)
    return _record(order, version, lines, Word(**word), by=by)


@transaction.atomic
def authorise_now(order: WorkOrder, *, by: User, shown: int | None = None, **word: Any) -> Authorisation:
    """Freeze and take the customer's word in one step, for clients that show the order themselves.

    ``shown`` is the number of the version that was on their screen, if they know it.
    """
    order.lock()
    order.require(*WorkOrder.EDITABLE)
    lines = _lines(order)
    version = _freeze(order, lines, by=by)
    if shown is not None and shown != version.number:
        raise _stale(order, shown)
    return _record(order, version, lines, Word(**word), by=by)


def _lines(order: WorkOrder) -> list[Line]:
    return list(order.lines.select_related("authorised_in", "demand", "operation"))


def _stale(order: WorkOrder, number: int) -> DomainError:
    return DomainError(
        _("%(order)s has changed since version %(version)s was shown. Show the customer the new one.")
        % {"order": order, "version": number},
        code="version_stale",
    )


def _freeze(order: WorkOrder, lines: Sequence[Line], *, by: User | None) -> OrderVersion:
    version = latest_version(order)
    unanswered = version is not None and not hasattr(version, "authorisation")
    if version and unanswered and content(order, version.number, lines) == version.content:
        version.order = order
        return version
    number = version.number + 1 if version else 1
    frozen = content(order, number, lines)
    return OrderVersion.objects.create(
        order=order,
        number=number,
        template_version=TEMPLATE_VERSION,
        content=frozen,
        sha256=seal(TEMPLATE_VERSION, frozen),
        total=order.total,
        made_by=by,
        made_at=clock.now(),
    )


def _record(
    order: WorkOrder, version: OrderVersion, lines: Sequence[Line], word: Word, *, by: User | None
) -> Authorisation:
    """Judge the word, keep it, and let everything follow that hangs on it. The order is locked."""
    yes, no = _split([line for line in lines if line.state == "waiting"], word.accepted, word.declined)
    amount = sum((line.charge for line in yes), Decimal("0.00"))
    _judge(order, lines, yes, no, word, amount)
    consent = Authorisation.objects.create(
        version=version,
        method=word.method,
        given_by=word.given_by.strip()[:60],
        phone=word.phone,
        said=word.said[:300],
        witness=word.witness[:60],
        accepted=[line.pk for line in yes],
        declined=[line.pk for line in no],
        amount=amount,
        signature=_keep_signature(order, version, word, by),
        taken_by=by,
        given_at=clock.now(),
    )
    _mark(order, version, yes)
    if no:
        turn_down(order, no, given_by=word.given_by, by=by)
        recalculate(order)
    if order.status != WorkOrder.Status.ESTIMATE and version.content["promised_at"]:
        promise.keep_with_consent(order, parse_datetime(version.content["promised_at"]), by=by)
    _announce_consent(order, consent, by=by)
    return consent


def _judge(
    order: WorkOrder,
    lines: Sequence[Line],
    yes: Sequence[Line],
    no: Sequence[Line],
    word: Word,
    amount: Decimal,
) -> None:
    """Raise DomainError for a word that cannot stand."""
    if not yes and not no and not drift(lines):
        raise DomainError(
            _("%(order)s has nothing that waits for consent.") % {"order": order}, code="nothing_to_authorise"
        )
    if order.status == WorkOrder.Status.ESTIMATE and not yes:
        raise DomainError(
            _("Nothing was accepted. If the customer wants none of it, decline the estimate instead."),
            code="nothing_accepted",
        )
    if not word.given_by.strip():
        raise DomainError(_("Write the name of the person who consents."), code="name_missing")
    if word.method == Authorisation.Method.PHONE:
        _check_phone(order, amount, phone=word.phone, said=word.said, witness=word.witness)


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


def _keep_signature(order: WorkOrder, version: OrderVersion, word: Word, by: User | None) -> File | None:
    if not word.signature:
        if word.method == Authorisation.Method.SIGNATURE:
            raise DomainError(_("The signature is empty. Let the customer sign in the box."), code="unsigned")
        return None
    check_signature(word.signature)
    return File.issue(
        word.signature,
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
    bands = [band for band in extrema if isinstance(band, tuple)]
    if all(low == high for low, high in bands):
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
