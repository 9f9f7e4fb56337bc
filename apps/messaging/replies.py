"""Hearing what customers reply: each once, carried out where it is clear, else passed on to a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.core import clock
from apps.core.locks import one_at_a_time
from apps.core.registry import registry
from apps.core.widths import half_width
from apps.customers.models import Customer
from apps.desk.models import Task
from apps.messaging.models import Gateway, Message, Reply

ANSWERS_WITHIN = timedelta(days=7)
"""A reply speaks of the last message of so many days."""
OPT_OUT = {"t", "td", "\u9000\u8ba2", "stop", "unsubscribe"}
ENABLED = "messaging.replies"
"""The setting: whether messages say what can be replied."""
TITLE = gettext_noop("A customer replied and nobody knows to what: %(text)s (%(phone)s)")


@transaction.atomic
def hear(
    *, store: Store, phone: str, text: str, reference: str, by: User | Gateway, now: datetime | None = None
) -> tuple[Reply, bool]:
    """Take a reply in from ``by``, a gateway or an outside program; False when it came before.

    ``phone`` is E.164. A reply belongs to the last message that went to the number through that gateway, or
    from a store that the program sees. Opting out needs no message and is done at once.
    """
    now = now or clock.now()
    source: dict[str, User | Gateway] = {"gateway" if isinstance(by, Gateway) else "taken_by": by}
    one_at_a_time(f"reply:{type(by).__name__}:{by.pk}:{reference}")
    if known := Reply.objects.filter(**source, reference=reference).first():
        return known, False
    words, hook = half_width(text).strip(), None
    message = _answered(phone, by, now)
    reply = Reply(
        store=message.store if message else store,
        **source,
        reference=reference,
        phone=phone,
        text=text.strip()[:500],
        message=message,
        received_at=now,
    )
    if words.lower() in OPT_OUT:
        reply.outcome = Reply.Outcome.OPT_OUT
        _stop_messages(phone, store)
    else:
        kind = registry.messages.get(message.kind) if message else None
        hook = kind.reply if kind else None
        reply.done = hook(message, words) if hook else ""
        reply.outcome = Reply.Outcome.DONE if reply.done else Reply.Outcome.PASSED_ON
    reply.save(force_insert=True)
    if reply.outcome == Reply.Outcome.PASSED_ON and hook is None:
        _pass_on(reply, now)
    return reply, True


def _answered(phone: str, by: User | Gateway, now: datetime) -> Message | None:
    """The last message that went to the number. One query."""
    sent = Message.objects.filter(gateway=by) if isinstance(by, Gateway) else Message.objects.visible_to(by)
    sent = sent.filter(phone=phone, sent_at__gt=now - ANSWERS_WITHIN)
    return sent.select_related("store").order_by("-sent_at", "-pk").first()


def _stop_messages(phone: str, store: Store) -> None:
    people = Customer.objects.with_phone(phone).filter(group=store.group_id, accepts_messages=True)
    for customer in people:
        customer.update(by=None, store=store, accepts_messages=False)


def _pass_on(reply: Reply, now: datetime) -> None:
    """Nobody answers for the kind of the message, or there was none: somebody reads the reply."""
    Task.put(
        f"message.reply:{reply.pk}",
        about=reply,
        store=reply.store,
        kind="message.reply",
        title=TITLE,
        params={"text": reply.text[:60], "phone": reply.masked_phone},
        role=Role.RECEPTION_SUPERVISOR,
        due_at=now,
        url=reverse("messaging:outbox"),
    )
