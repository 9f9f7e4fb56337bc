"""The store's accounts at providers of messages."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.core.errors import DomainError
from apps.customers.models import Customer
from apps.desk.forms import AccountForm
from apps.desk.once import once
from apps.messaging import followers, trial
from apps.messaging.forms import TestForm
from apps.messaging.gateways import NAMES, PROVIDERS, is_installed
from apps.messaging.models import Gateway, Message
from apps.messaging.pictures import qr
from apps.messaging.views.words import own_store

LAST = 5


@require_GET
@require_perm("messaging.connect")
def account_list(request: HttpRequest) -> HttpResponse:
    """GET /outbox/accounts/ → each provider and whether it is in use."""
    known = {g.provider: g for g in Gateway.objects.filter(store=own_store(request))}
    rows = [
        {"provider": name, "label": label, "gateway": known.get(name), "installed": is_installed(name),
         "package": PROVIDERS[name].PACKAGE}
        for name, label in NAMES
    ]  # fmt: skip
    context = {"rows": rows, "stays_inside": settings.SMS_BACKEND == "file"}
    return render(request, "messaging/accounts.html", context)


@require_http_methods(["GET", "POST"])
@require_perm("messaging.connect")
@once
def account_update(request: HttpRequest) -> HttpResponse:
    """GET, POST /outbox/accounts/entry/?provider= → what it wants to know."""
    provider = request.GET.get("provider", "")
    gateway = _known(request, provider)
    form = AccountForm(request.POST or None, options=PROVIDERS[provider].OPTIONS, account=gateway)
    if request.method == "POST" and form.is_valid():
        Gateway.keep(own_store(request), provider, form.cleaned_data, by=request.user)
        messages.success(request, _("The account is kept."))
        return redirect(_entry(provider))
    return _page(request, provider, gateway, form)


def _entry(provider: str) -> str:
    return f"{reverse('messaging:account')}?{urlencode({'provider': provider})}"


def _known(request: HttpRequest, provider: str) -> Gateway | None:
    if provider not in PROVIDERS:
        raise Http404
    return Gateway.objects.filter(store=own_store(request), provider=provider).first()


def _page(
    request: HttpRequest,
    provider: str,
    gateway: Gateway | None,
    form: AccountForm,
    *,
    test: TestForm | None = None,
) -> HttpResponse:
    context = {
        "provider": provider,
        "label": dict(NAMES)[provider],
        "gateway": gateway,
        "form": form,
        "test": test or TestForm(),
        "hooks": _hooks(gateway) if gateway else [],
        "messages_": list(Message.objects.about(gateway).reverse().select_related("gateway")[:LAST])
        if gateway
        else [],
        "stays_inside": settings.SMS_BACKEND == "file",
        "package": "" if is_installed(provider) else PROVIDERS[provider].PACKAGE,
    }
    refused = (form.is_bound and form.errors) or (test is not None and test.errors)
    return render(request, "messaging/account.html", context, status=422 if refused else 200)


def _hooks(gateway: Gateway) -> list[tuple[str, str]]:
    """The addresses that the provider is told to call."""
    names = [(_("Receipts"), "receipts"), (_("Replies"), "replies")]
    names = [(_("Callback"), "wechat")] if gateway.provider == "wechat" else names
    return [
        (label, settings.PUBLIC_URL + reverse(f"messaging:{name}", args=[gateway.hook_key]))
        for label, name in names
    ]


@require_POST
@require_perm("messaging.connect")
@once
def switch_update(request: HttpRequest, provider: str) -> HttpResponse:
    """POST …/switch/ ``on=1|0`` → in use, or not any more."""
    gateway = get_object_or_404(Gateway, store=own_store(request), provider=provider)
    on = request.POST.get("on") == "1"
    gateway.switch(on, by=request.user)
    told = _("%(account)s is in use.") if on else _("%(account)s is not in use any more.")
    messages.success(request, told % {"account": gateway})
    return redirect(_entry(provider))


@require_POST
@require_perm("messaging.connect")
@once
def test_create(request: HttpRequest, provider: str) -> HttpResponse:
    """POST …/test/ ``phone`` → a message to that number through this account, listed on the page."""
    gateway = get_object_or_404(Gateway, store=own_store(request), provider=provider)
    form = TestForm(request.POST)
    fresh = AccountForm(options=gateway.asked, account=gateway)
    if not form.is_valid():
        return _page(request, provider, gateway, fresh, test=form)
    trial.send(gateway, form.cleaned_data["phone"])
    messages.success(request, _("The test message goes at once; what becomes of it stands here."))
    return redirect(_entry(provider))


@require_GET
@require_perm("messaging.see")
def follow_code(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /outbox/customers/<id>/code/ → the code to scan, so that messages go to the customer's WeChat."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    gateway = Gateway.objects.live().filter(store=own_store(request), channel="wechat").first()
    if gateway is None:
        raise Http404
    address = followers.picture_address(gateway, customer)
    if not address:
        raise DomainError(_("The WeChat account gives no code now. Try again in a minute."), code="no_code")
    return render(request, "messaging/follow.html", {"customer": customer, "picture": qr(address)})
