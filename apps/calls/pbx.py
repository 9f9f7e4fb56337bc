"""The telephone system: it dials for us and tells who rings. Protocol: docs/links.md."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.calls.models import Call, Extension, LineCall
from apps.core import clock, phones, vault, wire
from apps.core.errors import DomainError
from apps.core.registry import ConnectionKind, Option
from apps.customers.models import Customer
from apps.desk import live
from apps.desk.models import Connection

PBX = "pbx"
TOPIC = "line"
HAPPENINGS = ("ringing", "answered", "ended")


def connection_kind(hooks: Any) -> ConnectionKind:
    """What the connections' page says of it."""
    return ConnectionKind(
        PBX,
        gettext_lazy("Telephone system (PBX)"),
        gettext_lazy("Dials at a press, shows who rings, and keeps length and recording of each call."),
        (
            Option("url", gettext_lazy("Address"), hint=gettext_lazy("https://…; calls are dialled there.")),
            Option("token", gettext_lazy("Access token"), secret=True),
        ),
        hooks,
    )


def seat_key(user: User) -> str:
    """Where it is kept for a minute whether the person has an extension."""
    return f"extension:{user.pk}"


def may_dial(user: User, store_id: int) -> bool:
    """Whether a press can dial: the store's system is in use and the person has an extension. Two queries."""
    return (
        Connection.objects.live(PBX).filter(store=store_id).exists()
        and Extension.objects.filter(user=user, store=store_id).exists()
    )


def dial(call: Call, *, by: User) -> LineCall:
    """Ring the agent's telephone, then the customer's. Only for whoever holds the call.

    Raises DomainError: ``not_held``, ``no_extension``, ``pbx_unreachable``; nothing is recorded then. An
    answer that never came counts as dialled: it may well ring.
    """
    if not call.is_held_by(by):
        raise DomainError(_("Take the call first; then the number may be dialled."), code="not_held")
    extension = Extension.objects.filter(user=by, store=call.store_id).first()
    if extension is None:
        raise DomainError(_("Enter your extension first."), code="no_extension")
    line = LineCall(
        store_id=call.store_id,
        direction=LineCall.Direction.OUTGOING,
        number=call.customer.phone,
        extension=extension.number,
        user=by,
        customer=call.customer,
        call=call,
        rang_at=clock.now(),
    )
    _ask_to_dial(line)
    line.save()
    return line


def _ask_to_dial(line: LineCall) -> None:
    connection = Connection.objects.live(PBX).filter(store=line.store_id).first()
    try:
        values = connection.values if connection is not None else {}
    except vault.Unreadable:
        values = {}
    if not values:
        raise DomainError(_("The telephone system is not connected. Dial by hand."), code="pbx_unreachable")
    body = {"reference": line.reference, "extension": line.extension, "number": line.number}
    headers = {"Authorization": f"Bearer {values['token']}", "Idempotency-Key": line.reference}
    try:
        reply = wire.call("POST", values["url"], json_body=body, headers=headers, timeout=4)
    except wire.NoAnswer:
        return
    except wire.NeverArrived:
        told = _("The telephone system does not answer. Dial by hand.")
        raise DomainError(told, code="pbx_unreachable") from None
    if reply.status >= 300:
        told = str(reply.body.get("detail", "")) or f"HTTP {reply.status}"
        raise DomainError(
            _("The telephone system refuses: %(why)s. Dial by hand.") % {"why": told}, code="pbx_unreachable"
        )


@transaction.atomic
def hear(connection: Connection, told: dict[str, Any]) -> LineCall:
    """Take in one happening; told twice or late it changes nothing that is known. Raises wire.Malformed."""
    reference = str(told.get("reference", ""))[:64]
    happening = told.get("event")
    if not reference or happening not in HAPPENINGS:
        raise wire.Malformed("reference and event (ringing, answered, ended) are expected")
    at = _moment(told.get("at"))
    line, _new = LineCall.objects.select_for_update(no_key=True).get_or_create(
        store=connection.store, reference=reference, defaults=_first(connection, told, at)
    )
    if happening == "answered":
        line.answered_at = line.answered_at or at
    elif happening == "ended":
        line.ended_at = line.ended_at or at
        line.seconds = _whole(told.get("seconds")) if line.seconds is None else line.seconds
        line.recording_url = line.recording_url or _address(told.get("recording"))
    line.save()
    if line.direction == LineCall.Direction.INCOMING:
        live.announce(connection.store_id, TOPIC)
    return line


def _first(connection: Connection, told: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What the first happening says of a call that we did not dial; its customer when he is known."""
    is_out = told.get("direction") == "out"
    extension = str(told.get("extension", ""))[:10]
    number = _number(told.get("number"))
    seat = Extension.objects.filter(store=connection.store, number=extension).first()
    return {
        "direction": LineCall.Direction.OUTGOING if is_out else LineCall.Direction.INCOMING,
        "number": number,
        "extension": extension,
        "user_id": seat.user_id if seat else None,
        "customer": Customer.objects.with_phone(number)
        .filter(group=connection.store.group_id)
        .order_by("pk")
        .first(),
        "rang_at": at,
    }


def _number(value: Any) -> str:
    text = str(value or "")[:30]
    try:
        return phones.normalise(text)
    except ValidationError:
        return text


def _moment(value: Any) -> datetime:
    try:
        at = parse_datetime(str(value or ""))
    except ValueError:
        at = None
    if at is None:
        return clock.now()
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 1_000_000 else None


def _address(value: Any) -> str:
    text = str(value or "")
    return text if text.startswith("https://") and len(text) <= 500 else ""
