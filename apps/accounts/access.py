"""Who may call a view. Each view says it with one decorator, and a test reads it back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import BasePermission

View = Callable[..., HttpResponse]


def require_perm(perm: str) -> Callable[[View], View]:
    """Let only people in whose role ``perm`` is. A stranger to the house goes to the login page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_perm(perm):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = perm  # type: ignore[attr-defined]  # read by the access test
        return guarded

    return decorate


def require_login(view: View) -> View:
    """Let in anybody who is logged in, whatever the role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.access = "login"  # type: ignore[attr-defined]  # read by the access test
    return guarded


def public(view: View) -> View:
    """A view for anybody, on purpose."""
    view.access = "public"  # type: ignore[attr-defined]  # read by the access test
    return view


class RolePermission(BasePermission):
    """DRF: the view's ``perms`` maps an action (or HTTP method) to a permission name.

    An action without an entry is refused: nothing is open by omission.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        perms: dict[str, str] = view.perms
        perm = perms.get(getattr(view, "action", None) or request.method) or perms.get("*")
        return bool(perm and request.user and request.user.is_authenticated and request.user.has_perm(perm))
