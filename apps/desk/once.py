"""Double-submit protection for pages, and Idempotency-Key for the API."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from apps.core.problems import problem
from apps.desk.context import badges_key
from apps.desk.models import OnceKey

FIELD = "_once"


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Carry a POST out once per form token, in one transaction.

    A second press waits for the first and gets the same redirect. A refused or invalid
    request (status 400 and above, or an exception) rolls back together with its mark, so
    the corrected form goes through.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = request.POST.get(FIELD, "")[:80] if request.method == "POST" else ""
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            mark, earlier = _claim(request, token) if token else (None, None)
            if earlier is not None:
                return _answer_again(earlier)
            response = view(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            if request.user.is_authenticated:
                key = badges_key(request.user)
                transaction.on_commit(lambda: cache.delete(key))
            if mark is not None:
                mark.status = response.status_code
                mark.location = response.headers.get("Location", "")[:300]
                mark.save(update_fields=["status", "location"])
            return response

    return guarded


def renew_token(request: HttpRequest) -> None:
    """Let the page that answers a carried-out POST draw a new token: it is to be sent again, changed."""
    data = request.POST.copy()
    data.pop(FIELD, None)
    request.POST = data  # type: ignore[assignment]  # as immutable as before for whoever reads it


def _claim(request: HttpRequest, key: str, fingerprint: str = "") -> tuple[OnceKey | None, OnceKey | None]:
    """``(our new mark, None)``, or ``(None, the mark of whoever was first)``."""
    user = request.user if request.user.is_authenticated else None
    identity = {"user": user, "key": key, "path": request.path[:200]}
    try:
        with transaction.atomic():
            return OnceKey.objects.create(**identity, fingerprint=fingerprint), None
    except IntegrityError:
        return None, OnceKey.objects.get(**identity)


def _answer_again(mark: OnceKey) -> HttpResponse:
    if mark.location:
        return HttpResponseRedirect(mark.location)
    return HttpResponse(status=204)


class IdempotentMixin:
    """DRF views: a POST with ``Idempotency-Key`` is carried out once and answered the same again.

    The same key with another body is refused with 422. Refused requests are not remembered.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")[:80]
        if request.method != "POST" or not key:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        fingerprint = hashlib.sha256(request.body).hexdigest()
        try:
            request.user = self.initialize_request(request, *args, **kwargs).user or request.user  # type: ignore[attr-defined]  # a mixin
        except APIException:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # answers 401 itself
        with transaction.atomic():
            mark, earlier = _claim(request, key, fingerprint)
            if earlier is not None:
                return self._replay(earlier, fingerprint)
            response = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
            if response.status_code >= 400 or mark is None:
                transaction.set_rollback(True)
            else:
                response.render()
                mark.status, mark.body = (
                    response.status_code,
                    json.loads(response.content or "null"),
                )
                mark.save(update_fields=["status", "body"])
            return response

    @staticmethod
    def _replay(mark: OnceKey, fingerprint: str) -> HttpResponse:
        if mark.fingerprint != fingerprint:
            detail = _("This Idempotency-Key was used for a different request. Use a new key.")
            return JsonResponse(
                problem(422, detail, "idempotency_key_reused"),
                status=422,
                content_type="application/problem+json",
            )
        return JsonResponse(
            mark.body,
            status=mark.status,
            safe=False,
            headers={"Idempotent-Replay": "true"},
        )
