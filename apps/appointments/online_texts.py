"""What customers are told about their online requests, and whether it still goes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import Store
from apps.appointments import online, online_codes
from apps.appointments.models import OnlineRequest
from apps.appointments.waiting_texts import moment
from apps.core.registry import MessageKind
from apps.messaging.models import Message


def _request(message: Message) -> OnlineRequest:
    return OnlineRequest.objects.select_related("store").get(pk=message.object_id)


def _still_typed(message: Message) -> str:
    is_typed = _request(message).status == OnlineRequest.Status.TYPED
    return "" if is_typed else gettext_noop("The request is settled")


def _still_open(message: Message) -> str:
    return "" if _request(message).is_open else gettext_noop("The request is settled")


def _always(_message: Message) -> str:
    return ""


def facts(message: Message) -> dict[str, str]:
    """What holds when it is sent."""
    request = _request(message)
    return {
        "store": request.store.name,
        "name": request.name,
        "number": request.number,
        "plate": request.plate,
        "time": moment(request.starts_at),
        "phone": request.store.hotline,
        "code": message.params.get("code", ""),
        "url": message.params.get("url", ""),
    }


def code(_store: Store) -> str:
    """The code that proves the number."""
    return _("%(store)s: your code is %(code)s, good for 10 minutes. If you did not ask for it, do nothing.")


def received(_store: Store) -> str:
    """What was asked for, and that somebody calls."""
    return _(
        "%(store)s: we have your request %(number)s for %(plate)s, %(time)s. We call you to confirm it. "
        "To look at it or withdraw it: %(url)s"
    )


def declined(store: Store) -> str:
    """It could not be confirmed."""
    if store.hotline:
        return _("%(store)s: your request %(number)s could not be confirmed. Call us: %(phone)s.")
    return _("%(store)s: your request %(number)s could not be confirmed.")


COMMON = ("store", "name", "number", "plate", "time", "phone")
KINDS = [
    MessageKind(
        online_codes.CODE,
        gettext_lazy("Code for an online request"),
        _still_typed,
        code,
        facts,
        ("store", "code"),
        needed=("code",),
        proves_number=True,
    ),
    MessageKind(
        online.RECEIVED,
        gettext_lazy("Online request received"),
        _still_open,
        received,
        facts,
        (*COMMON, "url"),
        needed=("url",),
    ),
    MessageKind(
        online.DECLINED,
        gettext_lazy("Online request not confirmed"),
        _always,
        declined,
        facts,
        COMMON,
        needed=("number",),
    ),
]
