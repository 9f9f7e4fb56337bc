"""Request plumbing: proxy headers, request ids, refused verbs."""

import uuid
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import cached_property

from apps.core import logs
from apps.core.errors import DomainError
from apps.core.problems import problem


class ProxyMiddleware:
    """Give each request an id, and its real address when a trusted proxy forwards it.

    Without a trusted proxy the forwarding headers are dropped: anybody can send them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    @cached_property
    def networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(n, strict=False) for n in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        remote = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if forwarded and self._trusted(remote):
            request.META["REMOTE_ADDR"] = forwarded.split(",")[-1].strip()
        elif not self._trusted(remote):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        request_id = request.headers.get("X-Request-Id", "")[:64] if self._trusted(remote) else ""
        logs.request_id.set(request_id or uuid.uuid4().hex[:16])
        response = self.get_response(request)
        response.headers["X-Request-Id"] = logs.request_id.get()
        return response

    def _trusted(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self.networks)


class DomainErrorMiddleware:
    """Turn a refused verb into 409: a toast for htmx, problem JSON for programs, a page for people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.headers.get("HX-Request") or "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(
                problem(409, exception.message, exception.code, **exception.extra),
                status=409,
                content_type="application/problem+json",
            )
        messages.error(request, exception.message)
        return render(
            request,
            "errors/409.html",
            {"error": exception, "back": _back(request)},
            status=409,
        )


def _back(request: HttpRequest) -> str:
    """The page the person came from, if it is ours."""
    referer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}/"
    return referer if referer.startswith(origin) else "/"
