"""Sessions end when idle or old; a first password must be changed before anything else."""

import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.problems import problem

TOUCH_SECONDS = 60


class SessionPolicyMiddleware:
    """Idle and absolute expiry, and the forced first password change."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(settings.STATIC_URL) or not request.user.is_authenticated:
            return self.get_response(request)
        now = time.time()
        started = request.session.setdefault("started", now)
        seen = request.session.setdefault("seen", now)
        if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
            return self._expired(request)
        if now - seen > TOUCH_SECONDS:
            request.session["seen"] = now
        if request.user.must_change_password and not self._may_pass(request):
            return redirect("accounts:password_change")
        return self.get_response(request)

    @staticmethod
    def _expired(request: HttpRequest) -> HttpResponse:
        login = redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=204)
            response.headers["HX-Redirect"] = login.url
            return response
        if request.path.startswith("/api/"):
            body = problem(401, _("Your session has ended. Log in again."), "session_expired")
            return JsonResponse(body, status=401, content_type="application/problem+json")
        return login

    @staticmethod
    def _may_pass(request: HttpRequest) -> bool:
        open_paths = (
            reverse("accounts:password_change"),
            reverse("accounts:logout"),
            reverse("set_language"),
        )
        return request.path in open_paths or request.path.startswith("/api/")
