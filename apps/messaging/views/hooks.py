"""What providers call: receipts and replies. Who knows the address is the provider."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import public
from apps.core import phones, vault
from apps.core.wire import Malformed
from apps.messaging import followers, receipts
from apps.messaging.gateways.wechat import WechatBackend
from apps.messaging.models import Gateway
from apps.messaging.replies import hear


def _gateway(key: str, *, wechat: bool = False) -> Gateway:
    """The account of this address, in use or not: receipts come late."""
    rows = Gateway.objects.select_related("store").filter(hook_key=key)
    gateway = rows.filter(provider="wechat").first() if wechat else rows.exclude(provider="wechat").first()
    if gateway is None:
        raise Http404
    return gateway


def _take(key: str, what: Callable[[Gateway], None]) -> HttpResponse:
    """What the provider wants to read once ``what`` was taken in; 400 for what cannot be read."""
    gateway = _gateway(key)
    try:
        what(gateway)
    except Malformed as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return JsonResponse(gateway.kind.TAKEN)


@csrf_exempt
@public
@require_POST
def receipt_create(request: HttpRequest, key: str) -> HttpResponse:
    """POST /hooks/messages/<key>/receipts/ in the provider's own form."""

    def take(gateway: Gateway) -> None:
        for report in gateway.kind({}).reports(request.body):
            receipts.take_in(gateway, report)

    return _take(key, take)


@csrf_exempt
@public
@require_POST
def reply_create(request: HttpRequest, key: str) -> HttpResponse:
    """POST /hooks/messages/<key>/replies/ in the provider's own form; what is no mobile number is dropped."""

    def take(gateway: Gateway) -> None:
        for one in gateway.kind({}).replies(request.body):
            with contextlib.suppress(ValidationError):
                phone = phones.normalise(one.phone)
                if one.reference and one.text.strip():
                    reference = one.reference[:80]
                    hear(store=gateway.store, by=gateway, phone=phone, text=one.text, reference=reference)

    return _take(key, take)


@csrf_exempt
@public
@require_http_methods(["GET", "POST"])
def wechat_create(request: HttpRequest, key: str) -> HttpResponse:
    """GET, POST /hooks/wechat/<key>/: the account's own protocol, signed. 403 for another signature."""
    gateway = _gateway(key, wechat=True)
    try:
        backend = gateway.backend()
    except vault.Unreadable:
        raise Http404 from None
    assert isinstance(backend, WechatBackend)
    signed = [request.GET.get(name, "") for name in ("signature", "timestamp", "nonce")]
    if not backend.is_theirs(*signed):
        return HttpResponse(status=403)
    if request.method == "GET":
        return HttpResponse(request.GET.get("echostr", "")[:100], content_type="text/plain")
    try:
        followers.hear(gateway, backend.happening(request.body))
    except Malformed as error:
        return HttpResponseBadRequest(str(error), content_type="text/plain")
    return HttpResponse("success", content_type="text/plain")
