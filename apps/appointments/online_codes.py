"""Proving a telephone number by a code, and how often that may be tried."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.appointments.models import OnlineCode, OnlineRequest
from apps.core.errors import DomainError
from apps.core.locks import one_at_a_time
from apps.desk.nudge import nudge
from apps.messaging.models import Message

CODE = "online.code"
PER_PHONE = ((timedelta(hours=1), 3), (timedelta(days=1), 6))
PER_ADDRESS = ((timedelta(hours=1), 10), (timedelta(days=1), 40))
"""So many codes within so long; one address may be a whole office."""
KEPT = timedelta(days=2)


def digest_of(text: str) -> str:
    """What is stored instead of an address or a code."""
    return salted_hmac("appointments.online", text, algorithm="sha256").hexdigest()


@transaction.atomic
def send(request: OnlineRequest, *, address: str, now: datetime) -> None:
    """Send a new code to the number; older ones stop working. Raises DomainError ``online_too_many``."""
    came_from = digest_of(address)
    for name in sorted((request.phone, came_from)):
        one_at_a_time(name)
    sent = OnlineCode.objects.all()
    of_phone, of_address = sent.filter(phone=request.phone), sent.filter(address=came_from)
    for rows, limits in ((of_phone, PER_PHONE), (of_address, PER_ADDRESS)):
        if any(rows.filter(sent_at__gt=now - within).count() >= most for within, most in limits):
            raise DomainError(
                _("Too many codes were asked for. Try again in an hour, or call us."), code="online_too_many"
            )
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = OnlineCode(request=request, phone=request.phone, address=came_from, sent_at=now)
    row.digest = digest_of(f"{request.key}:{code}")
    row.save(force_insert=True)
    Message.plan(
        CODE,
        about=request,
        key=f"{CODE}:{row.pk}",
        phone=request.phone,
        at=now,
        useless_after=now + OnlineCode.GOOD_FOR,
        params={"code": code},
        answers_customer=True,
    )
    nudge("messaging.send_due")


def prove(request: OnlineRequest, typed: str, *, now: datetime) -> None:
    """Refuse a code that is not the last one sent (``code_wrong``, ``code_over``); a wrong one is counted.

    Not in a transaction of the caller, so that the count stays.
    """
    with transaction.atomic():
        rows = OnlineCode.objects.filter(request=request).order_by("-pk")
        code = rows.select_for_update(no_key=True).first()
        over = code is None or code.tries >= code.TRIES or code.sent_at + code.GOOD_FOR <= now
        right = code and constant_time_compare(code.digest, digest_of(f"{request.key}:{typed.strip()}"))
        if code and not over and not right:
            code.tries += 1
            code.save(update_fields=["tries"])
    if over:
        raise DomainError(_("This code is over. Have a new one sent."), code="code_over")
    if not right:
        raise DomainError(_("This is not the code that was sent last."), code="code_wrong")


def forget(now: datetime) -> int:
    """Delete what was typed two days ago and never proved, with its codes; returns how many requests."""
    old = OnlineRequest.objects.filter(status=OnlineRequest.Status.TYPED, typed_at__lte=now - KEPT)
    count = old.count()
    old.delete()
    OnlineCode.objects.filter(sent_at__lte=now - KEPT).delete()
    return count
