"""What customers are told about their online requests, and whether it still goes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

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


def code(message: Message) -> str:
    """The code that proves the number."""
    return _(
        "%(store)s: your code is %(code)s, good for 10 minutes. If you did not ask for it, do nothing."
    ) % {"store": _request(message).store.name, "code": message.params["code"]}


def received(message: Message) -> str:
    """What was asked for, and that somebody calls."""
    request = _request(message)
    return _(
        "%(store)s: we have your request %(number)s for %(plate)s, %(time)s. We call you to confirm it. "
        "To look at it or withdraw it: %(url)s"
    ) % {
        "store": request.store.name,
        "number": request.number,
        "plate": request.plate,
        "time": moment(request.starts_at),
        "url": message.params["url"],
    }


def declined(message: Message) -> str:
    """It could not be confirmed."""
    request = _request(message)
    told = {"store": request.store.name, "number": request.number, "hotline": request.store.hotline}
    if request.store.hotline:
        return _("%(store)s: your request %(number)s could not be confirmed. Call us: %(hotline)s.") % told
    return _("%(store)s: your request %(number)s could not be confirmed.") % told


KINDS = [
    MessageKind(online_codes.CODE, gettext_lazy("Code for an online request"), _still_typed, code),
    MessageKind(online.RECEIVED, gettext_lazy("Online request received"), _still_open, received),
    MessageKind(online.DECLINED, gettext_lazy("Online request not confirmed"), _always, declined),
]
