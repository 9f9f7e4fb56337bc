"""What an order says to its customer by message."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Store
from apps.core import clock
from apps.core.registry import MessageKind
from apps.desk.models import Link
from apps.messaging.models import Message
from apps.workorders.models import OrderVersion, WorkOrder

CONSENT_LINK = "workorder.consent_link"


def send_consent_link(order: WorkOrder, version: OrderVersion, url: str) -> Message:
    """Send the private address at once: the customer waits for it."""
    now = clock.now()
    return Message.plan(
        CONSENT_LINK,
        about=order,
        key=f"{CONSENT_LINK}:{order.pk}",
        phone=order.contact_phone or order.customer.phone,
        at=now,
        useless_after=now + timedelta(hours=12),
        params={
            "url": url,
            "version": version.pk,
            "store": order.store.name,
            "plate": order.vehicle.plate,
            "hotline": order.store.hotline,
        },
        answers_customer=True,
    )


def _decide(message: Message) -> str:
    live = Link.objects.filter(
        purpose="authorisation", object_id=message.params["version"], withdrawn_at=None
    ).exists()
    if not live:
        return gettext_noop("The link has been withdrawn")
    if OrderVersion.objects.filter(pk=message.params["version"], authorisation__isnull=False).exists():
        return gettext_noop("The customer has answered already")
    return ""


def _words(_store: Store) -> str:
    return _("[%(store)s] %(plate)s: please look at the work and its price and answer here: %(url)s")


def _facts(message: Message) -> dict[str, str]:
    told = message.params
    return {
        "store": told["store"],
        "plate": told["plate"],
        "phone": told["hotline"],
        "url": told["url"],
    }


def kinds() -> tuple[MessageKind, ...]:
    """The kinds this room sends."""
    return (
        MessageKind(
            CONSENT_LINK,
            gettext_lazy("Link for consent"),
            _decide,
            _words,
            _facts,
            ("store", "plate", "phone", "url"),
            needed=("url",),
        ),
    )
