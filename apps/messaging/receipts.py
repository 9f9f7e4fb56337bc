"""Delivery receipts: each counts once, in whatever order they come."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.core import clock
from apps.core.locks import one_at_a_time
from apps.messaging.gateways.base import Report
from apps.messaging.models import Gateway, Message, Receipt


@transaction.atomic
def take_in(gateway: Gateway, report: Report, *, now: datetime | None = None) -> bool:
    """Keep a receipt and let its message hear of it; False when it came before, or names no message.

    One that comes before we know the provider's id waits (``catch_up``). Five statements.
    """
    now = now or clock.now()
    if not (report.reference or report.provider_id):
        return False
    hold_back(gateway.pk, report.reference or report.provider_id)
    receipt, is_new = Receipt.objects.get_or_create(
        gateway=gateway,
        reference=report.reference[:60],
        provider_id=report.provider_id[:80],
        delivered=report.delivered,
        reported_at=report.at[:40],
        defaults={"detail": report.detail[:200], "received_at": now},
    )
    if is_new and (message := _message_of(receipt)) is not None:
        message.lock()
        _tell(message, receipt, now)
    return is_new


def hold_back(gateway_id: int, name: str) -> None:
    """A receipt and the mark that makes its message known do not pass each other by. Before any row lock."""
    one_at_a_time(f"receipt:{gateway_id}:{name}")


def catch_up(message: Message, *, now: datetime) -> None:
    """Let a message hear what came while it was being sent. It is locked by the caller. One query."""
    waiting = Receipt.objects.filter(gateway=message.gateway_id, message=None)
    by_ours = waiting.filter(reference=message.reference)
    by_theirs = waiting.filter(provider_id=message.provider_id, reference="")
    for receipt in (by_ours | by_theirs if message.provider_id else by_ours).order_by("pk"):
        _tell(message, receipt, now)


def _message_of(receipt: Receipt) -> Message | None:
    """The message that it speaks of, if that is known yet. One query."""
    rows = Message.objects.filter(gateway=receipt.gateway)
    if receipt.reference:
        return rows.filter(reference=receipt.reference).first()
    return rows.filter(provider_id=receipt.provider_id).order_by("-pk").first()


def _tell(message: Message, receipt: Receipt, now: datetime) -> None:
    if message.state == Message.State.SENDING:
        return
    message.hear(receipt, now=now)
    receipt.message = message
    receipt.save(update_fields=["message"])
