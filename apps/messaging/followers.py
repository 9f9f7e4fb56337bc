"""Who follows a store's service account, and which customer that is."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from apps.core import clock, wire
from apps.core.locks import one_at_a_time
from apps.customers.models import Customer
from apps.desk.models import Event
from apps.messaging import receipts
from apps.messaging.gateways.wechat import QR_DAYS, Happening, WechatBackend
from apps.messaging.models import Follower, Gateway
from apps.messaging.replies import hear as hear_reply

_signer = signing.TimestampSigner(salt="messaging.follower")


def scene_of(customer: Customer) -> str:
    """What a customer's QR code carries: his file, signed, good for a week. 64 characters at most."""
    return _signer.sign(str(customer.pk))


def customer_of(scene: str, gateway: Gateway) -> Customer | None:
    """Whose code it was, if it is one of ours and still good."""
    try:
        pk = _signer.unsign(scene, max_age=timedelta(days=QR_DAYS))
    except signing.BadSignature:
        return None
    return Customer.objects.filter(pk=pk, group=gateway.store.group_id).first()


def picture_address(gateway: Gateway, customer: Customer) -> str:
    """What the customer's QR code says, or "" when the account does not give one now."""
    backend = gateway.backend()
    assert isinstance(backend, WechatBackend)
    try:
        return backend.picture_address(scene_of(customer))
    except (wire.NeverArrived, wire.NoAnswer):
        return ""


def of_customer(customer: Customer, gateway: Gateway) -> Follower | None:
    """How the customer follows the account, if he does."""
    return customer.followers.filter(gateway=gateway, left_at=None).order_by("-since").first()


@transaction.atomic
def hear(gateway: Gateway, told: Happening) -> None:
    """Somebody comes, goes or writes, or a message has arrived. Told twice it changes nothing."""
    if told.event in ("subscribe", "scan"):
        _follows(gateway, told)
    elif told.event == "unsubscribe":
        _rows(gateway, told).filter(left_at=None).update(left_at=clock.now())
    elif told.event == "templatesendjobfinish":
        receipts.take_in(gateway, WechatBackend.report(told))
    elif told.event == "text":
        _writes(gateway, told)


def _rows(gateway: Gateway, told: Happening) -> QuerySet[Follower]:
    return Follower.objects.filter(gateway=gateway, openid=told.follower)


def _follows(gateway: Gateway, told: Happening) -> None:
    one_at_a_time(f"follower:{gateway.pk}:{told.follower}")
    follower = _rows(gateway, told).first() or Follower(gateway=gateway, openid=told.follower)
    customer = customer_of(told.scene, gateway) if told.scene else None
    is_new = follower.pk is None or follower.left_at is not None
    if is_new:
        follower.since, follower.left_at = clock.now(), None
    if customer is not None and customer.pk != follower.customer_id:
        follower.customer = customer
        Event.record("customer.follows", about=customer, by=None, store=gateway.store_id)
    follower.save()


def _writes(gateway: Gateway, told: Happening) -> None:
    """Words of a follower whose file is known count as a reply of his number."""
    follower = _rows(gateway, told).select_related("customer").first()
    if follower and follower.customer and follower.customer.phone and told.text and told.message_id:
        phone, reference = follower.customer.phone, told.message_id[:80]
        hear_reply(store=gateway.store, by=gateway, phone=phone, text=told.text, reference=reference)
