"""Sending what is due: at most once automatically."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_noop

from apps.core import clock
from apps.core.registry import registry
from apps.messaging import quiet
from apps.messaging.backends import Backend, Outcome, backend
from apps.messaging.models import Message
from apps.messaging.replies import is_unwelcome

CUSTOMER_LANGUAGE = "zh-hans"


def send_due(*, now: datetime | None = None, limit: int = 50, through: Backend | None = None) -> int:
    """Claim and send up to ``limit`` due messages; returns how many were claimed."""
    now = now or clock.now()
    through = through or backend()
    claimed = Message.objects.claim(now, limit=limit)
    for message in claimed:
        _send(message, through, now)
    return len(claimed)


def _send(message: Message, through: Backend, now: datetime) -> None:
    """Decide once more, send, mark. Outside a transaction: each mark commits by itself."""
    if not message.answers_customer and quiet.is_quiet(now):
        message.wait_out(quiet.permitted(now, now=now, before=message.useless_after))
        return
    reason = why_not(message, now)
    if reason:
        message.suppress(reason)
        return
    with translation.override(CUSTOMER_LANGUAGE):
        text = registry.messages[message.kind].text(message)
    outcome, detail = through.send(reference=message.reference, phone=message.phone, text=text)
    _mark(message, outcome, text, detail, now)


def _mark(message: Message, outcome: Outcome, text: str, detail: str, now: datetime) -> None:
    with transaction.atomic():
        if outcome is Outcome.ACCEPTED:
            message.mark_sent(text, now=now)
        elif outcome is Outcome.REFUSED:
            message.mark_refused(text, detail, now=now)
        else:
            message.mark_unknown(text)


def why_not(message: Message, now: datetime) -> str:
    """The reason not to send it now (an English message id), or ""."""
    kind = registry.messages.get(message.kind)
    if kind is None:
        return gettext_noop("Nobody sends this kind of message any more")
    if not message.phone:
        return gettext_noop("No phone number")
    if message.useless_after is not None and now >= message.useless_after:
        return gettext_noop("Too late to be of use")
    if not message.answers_customer and is_unwelcome(message):
        return gettext_noop("The customer does not want messages")
    return kind.decide(message)


def settle_stranded(*, now: datetime | None = None, through: Backend | None = None) -> int:
    """Ask the provider about messages whose worker died; returns how many were looked at.

    What the provider took is sent; what it certainly did not take may be sent again; what it
    cannot say is unknown and waits for a person. Nothing is ever resent blindly.
    """
    now = now or clock.now()
    through = through or backend()
    count = 0
    for pk in list(Message.objects.stranded(now).values_list("pk", flat=True)[:50]):
        with transaction.atomic():
            message = Message.objects.stranded(now).select_for_update(skip_locked=True).filter(pk=pk).first()
            if message is not None:
                outcome = through.ask(message.reference)
                _mark(message, outcome, message.text, gettext_noop("Not delivered"), now)
                count += 1
    return count
