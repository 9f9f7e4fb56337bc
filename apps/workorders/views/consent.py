"""Showing a frozen version and taking the customer's word on it: on screen, on the phone, by link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import require_perm
from apps.desk.models import File, Link, PdfJob
from apps.desk.models.event import subject_key
from apps.desk.once import once
from apps.desk.views.files import file_response
from apps.workorders import services
from apps.workorders.document import shown
from apps.workorders.forms import ConsentForm, PhoneForm, SignForm
from apps.workorders.models import Authorisation, Line, OrderVersion
from apps.workorders.selectors import content, is_current
from apps.workorders.views.page import find_order


def _version(request: HttpRequest, pk: int, number: int) -> OrderVersion:
    order = find_order(request, pk)
    versions = OrderVersion.objects.select_related("authorisation__signature", "pdf")
    version = get_object_or_404(versions, order=order, number=number)
    version.order = order
    return version


@require_POST
@require_perm("workorders.authorise")
@once
def version_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/versions/ → freeze what stands now and show it to the customer. ``paper`` makes a PDF too."""
    order = find_order(request, pk)
    version = services.freeze(order, by=request.user, paper="paper" in request.POST)
    return redirect("workorders:version", pk=pk, number=version.number)


@require_http_methods(["GET", "POST"])
@require_perm("workorders.see")
@once
def version_detail(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """GET …/versions/<n>/ → what was frozen, with its answer or the place to sign; POST signs."""
    version = _version(request, pk, number)
    if request.method == "POST":
        return _take(request, version, SignForm)
    return _show(request, version)


@require_POST
@require_perm("workorders.authorise")
@once
def phone_consent_create(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """POST …/versions/<n>/phone/: the customer answered on the phone."""
    return _take(request, _version(request, pk, number), PhoneForm)


def _take(request: HttpRequest, version: OrderVersion, kind: type[ConsentForm]) -> HttpResponse:
    if not request.user.has_perm("workorders.authorise"):
        raise PermissionDenied
    document = shown(version.content)
    form = kind(request.POST, waiting=document["waiting"])
    if not form.is_valid():
        name = "phone_form" if kind is PhoneForm else "sign_form"
        return _show(request, version, status=422, **{name: form})
    accepted, declined = form.answers()
    data = form.cleaned_data
    services.authorise(
        version,
        method=Authorisation.Method.PHONE if kind is PhoneForm else Authorisation.Method.SIGNATURE,
        given_by=data["given_by"],
        by=request.user,
        signature=data["signature_png"] or None,
        phone=data.get("phone", ""),
        said=data.get("said", ""),
        witness=data.get("witness", ""),
        accepted=accepted,
        declined=declined,
    )
    messages.success(request, _("The answer to version %(number)s is recorded.") % {"number": version.number})
    return redirect("workorders:detail", pk=version.order_id)


def _show(request: HttpRequest, version: OrderVersion, *, status: int = 200, **forms: Any) -> HttpResponse:
    order = version.order
    document = shown(version.content, _photos(order.pk))
    answered = getattr(version, "authorisation", None)
    current = answered is not None or (order.is_editable and is_current(version))
    name = order.contact_name or order.customer.name
    initial = {"given_by": name, "phone": order.contact_phone or order.customer.phone}
    papers = PdfJob.objects.filter(subject=subject_key(version)).select_related("file").order_by("-pk")
    context = {
        "version": version,
        "order": order,
        "document": document,
        "answered": answered,
        "is_current": current,
        "can_sign": current and not answered and request.user.has_perm("workorders.authorise"),
        "paper": papers.first(),
        "sign_form": SignForm(waiting=document["waiting"], initial=initial, default="yes"),
        "phone_form": PhoneForm(waiting=document["waiting"], initial=initial, default="yes"),
    }
    return render(request, "workorders/version.html", context | forms, status=status)


@require_POST
@require_perm("workorders.authorise")
@once
def link_create(request: HttpRequest, pk: int) -> HttpResponse:
    """POST …/link/ → freeze, send the customer his private address, and show it once."""
    order = find_order(request, pk)
    link, url = services.send_link(order, by=request.user)
    return render(request, "workorders/link_sent.html", {"order": order, "link": link, "url": url})


def public_consent(request: HttpRequest, link: Link) -> HttpResponse:
    """GET, POST /l/<token>/: the customer's own page. Without a login; the link is the key.

    ``?photo=<id>`` gives a photo of one of the order's lines. Bound to the version that was sent: when the
    order has changed since, the page says so, and the customer asks for the new one by a press.
    """
    versions = OrderVersion.objects.select_related("order__store", "order__vehicle")
    sent = get_object_or_404(versions, pk=link.object_id)
    if wanted := request.GET.get("photo"):
        return _photo(sent.order_id, wanted)
    version = sent.order.versions.select_related("authorisation").order_by("-number").first() or sent
    version.order = sent.order
    if request.method == "POST":
        if "renew" in request.POST:
            if sent.order.is_editable:
                services.freeze(sent.order, by=None)
            return redirect(request.path)
        return _take_public(request, version)
    return _show_public(request, version, sent)


@once
def _take_public(request: HttpRequest, version: OrderVersion) -> HttpResponse:
    """What the customer answered, if it is to the version he was shown."""
    document = shown(version.content)
    form = SignForm(request.POST, waiting=document["waiting"])
    if request.POST.get("version") != str(version.number) or hasattr(version, "authorisation"):
        return redirect(request.path)
    if not form.is_valid():
        return _show_public(request, version, version, form=form, status=422)
    accepted, declined = form.answers()
    if not (version.order.is_editable and is_current(version)):
        return redirect(request.path)
    services.authorise(
        version,
        method=Authorisation.Method.LINK,
        given_by=form.cleaned_data["given_by"],
        by=None,
        signature=form.cleaned_data["signature_png"],
        accepted=accepted,
        declined=declined,
    )
    return redirect(request.path)


def _show_public(
    request: HttpRequest,
    version: OrderVersion,
    sent: OrderVersion,
    *,
    form: SignForm | None = None,
    status: int = 200,
) -> HttpResponse:
    order = version.order
    answered = getattr(version, "authorisation", None)
    now = content(order, version.number)
    changed = answered is None and now != version.content
    # What has not been frozen yet is shown to be read, never to be signed.
    photos = {sha256: f"?photo={pk}" for sha256, pk in _photo_ids(order.pk).items()}
    document = shown(now if changed else version.content, photos)
    usual = "yes" if document["is_first"] else ""
    context = {
        "store": order.store,
        "order": order,
        "version": version,
        "document": document,
        "answered": answered,
        "changed": changed,
        "newer": version.pk != sent.pk and answered is None and not changed,
        "over": answered is None and not order.is_editable,
        "form": form or SignForm(waiting=document["waiting"], default=usual),
        "path": request.path,
    }
    return render(request, "workorders/public_consent.html", context, status=status)


def _photo_ids(order_id: int) -> dict[str, str]:
    """``{sha256: file id}`` of the photos of an order's lines. Two queries."""
    subjects = [subject_key(line) for line in Line.objects.filter(order_id=order_id).only("pk")]
    files = File.objects.filter(kind="workorders.photo", subject__in=subjects)
    return {sha256: str(pk) for pk, sha256 in files.values_list("pk", "sha256")}


def _photos(order_id: int) -> dict[str, str]:
    """``{sha256: address}`` for people of the house."""
    return {sha256: reverse("desk:file", args=[pk]) for sha256, pk in _photo_ids(order_id).items()}


def _photo(order_id: int, wanted: str) -> HttpResponse:
    if wanted not in _photo_ids(order_id).values():
        raise Http404
    return file_response(File.objects.get(pk=wanted))
