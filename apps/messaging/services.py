"""Sending what is due: at most once automatically."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.core import clock
from apps.core.registry import registry
from apps.messaging import quiet, receipts
from apps.messaging.courtesy import Courtesy
from apps.messaging.gateways import Answer, Backend, Outcome, Parcel
from apps.messaging.models import Message
from apps.messaging.models.message import LEASE
from apps.messaging.ways import Ways
from apps.messaging.words import NoApproval, Words

SILENT_IN_A_ROW = 3
"""After so many calls without an answer the rest of a batch waits: each would only be another unknown."""
PAUSE = timedelta(minutes=2)
FRESH_FOR = timedelta(seconds=2)
"""What was read of the rows that messages speak of is read again after so long."""
NO_ACCOUNT = gettext_noop("The store has no account for messages in use")
NO_APPROVAL = gettext_noop("The provider has approved no words for this message")
ENOUGH = gettext_noop("Enough messages to this number within a day")
NO_ANSWERS = gettext_noop("The provider does not answer")


def send_due(*, now: datetime | None = None, limit: int = 50, through: Backend | None = None) -> int:
    """Claim and send up to ``limit`` due messages; returns how many were claimed."""
    begins = now or clock.now()
    claimed = Message.objects.claim(begins, limit=limit)
    ways, courtesy = Ways(Words(), through), Courtesy(claimed, begins)
    silent, read_at = 0, dict[str, datetime]()
    for n, message in enumerate(claimed):
        moment = now or clock.now()
        if silent >= SILENT_IN_A_ROW:
            message.wait_out(moment + PAUSE, NO_ANSWERS)
            continue
        if message.kind not in read_at or moment - read_at[message.kind] > FRESH_FOR:
            _read(claimed[n:])
            read_at[message.kind] = moment
        outcome = _send(message, ways, courtesy, moment)
        if outcome is not None:
            silent = silent + 1 if outcome is Outcome.UNKNOWN else 0
    return len(claimed)


def _read(messages: list[Message]) -> None:
    """Let the first one's kind read what its messages speak of, all at once."""
    kind = registry.messages.get(messages[0].kind)
    if kind is not None and kind.read is not None:
        kind.read([message for message in messages if message.kind == messages[0].kind])


def _send(message: Message, ways: Ways, courtesy: Courtesy, now: datetime) -> Outcome | None:
    """Decide once more, send, mark. Outside a transaction: each mark commits by itself."""
    if not message.answers_customer and quiet.is_quiet(now):
        until = quiet.permitted(now, now=now, before=message.useless_after)
        message.wait_out(until, gettext_noop("Quiet hours"))
        return None
    reason = why_not(message, courtesy, now)
    if reason:
        message.suppress(reason)
        return None
    if until := courtesy.enough_until(message, now):
        message.wait_out(until, ENOUGH)
        return None
    answer, text = _hand_over(message, ways, now)
    if answer is None:
        return None
    if answer.outcome is not Outcome.REFUSED:
        courtesy.note(message, now)
    if answer.outcome is Outcome.ACCEPTED and message.gateway is None:
        message.went_out(text, now)
    else:
        _mark(message, answer, text, now)
    return answer.outcome


def _hand_over(message: Message, ways: Ways, now: datetime) -> tuple[Answer | None, str]:
    """What the provider says of it; nothing where another worker has it by now."""
    way = ways.choose(message)
    if way is None:
        return Answer(Outcome.REFUSED, NO_ACCOUNT), ""
    try:
        spoken = ways.words.of(message, way.gateway)
    except NoApproval:
        return Answer(Outcome.REFUSED, NO_APPROVAL), ""
    if not message.hold(way.gateway, now):
        return None, ""
    parcel = Parcel(message.reference, way.address, spoken.text, spoken.code, spoken.values, now)
    return way.backend.send(parcel), spoken.text


@transaction.atomic
def _mark(message: Message, answer: Answer, text: str, now: datetime) -> None:
    """What is known now; nothing where a receipt or a person has settled it meanwhile."""
    if answer.provider_id and message.gateway_id is not None:
        receipts.hold_back(message.gateway_id, answer.provider_id)
    message.lock()
    if message.state not in (Message.State.SENDING, Message.State.UNKNOWN):
        return
    if answer.outcome is Outcome.ACCEPTED:
        message.mark_sent(text, now=now, provider_id=answer.provider_id)
    elif answer.outcome is Outcome.REFUSED:
        message.mark_refused(text, answer.detail, now=now)
    else:
        message.mark_unknown(text, now=now)
    if message.gateway_id is not None:
        receipts.catch_up(message, now=now)


def why_not(message: Message, courtesy: Courtesy, now: datetime) -> str:
    """The reason not to send it now (an English message id), or ""."""
    kind = registry.messages.get(message.kind)
    if kind is None:
        return gettext_noop("Nobody sends this kind of message any more")
    if not message.phone:
        return gettext_noop("No phone number")
    if message.useless_after is not None and now >= message.useless_after:
        return gettext_noop("Too late to be of use")
    if courtesy.is_unwelcome(message):
        return gettext_noop("The customer does not want messages")
    return kind.decide(message)


def settle_open(*, now: datetime | None = None, through: Backend | None = None) -> int:
    """Ask the provider about messages whose worker died or whose outcome is unknown; returns how many.

    What the provider took is sent; what it certainly did not take may be sent again; what it
    cannot say is asked again later and at last waits for a person. Nothing is ever resent blindly.
    """
    now = now or clock.now()
    ways, count = Ways(Words(), through), 0
    looked_at = (
        (Message.objects.stranded(now), {"leased_until": now + LEASE}),
        (Message.objects.to_ask(now), {"ask_at": now + LEASE}),
    )
    for rows, mine in looked_at:
        for message in list(rows.select_related("store", "gateway").order_by("pk")[:50]):
            if rows.filter(pk=message.pk).update(**mine):
                _mark(message, _ask(message, ways), message.text, now)
                count += 1
    return count


def _ask(message: Message, ways: Ways) -> Answer:
    way = ways.again(message)
    if way is None:
        # It never got as far as an account, so nothing can have gone.
        outcome = Outcome.REFUSED if message.gateway_id is None else Outcome.UNKNOWN
        return Answer(outcome, gettext_noop("Not delivered"))
    at = message.tried_at or message.planned_at
    parcel = Parcel(message.reference, way.address, "", at=at, provider_id=message.provider_id)
    answer = way.backend.ask(parcel)
    return Answer(answer.outcome, answer.detail or gettext_noop("Not delivered"), answer.provider_id)
