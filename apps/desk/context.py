"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.registry import Corner, registry
from apps.desk.models import Notice

GROUPS = {
    "work": "",
    "front": _("Front desk"),
    "floor": _("Workshop"),
    "calls": _("Calls"),
    "files": _("Files"),
    "manage": _("Management"),
    "admin": _("Administration"),
}

BADGE_SECONDS = 15


def badges(user: User) -> dict[str, int]:
    """Numbers beside the user's places in the rail, by URL name.

    A query for each at most once in 15 seconds: every page has the rail, and nobody works by it.
    """

    def count() -> dict[str, int]:
        return {
            item.url_name: item.badge(user)
            for item in registry.nav
            if item.badge and user.has_perm(item.perm)
        }

    return cache.get_or_set(badges_key(user), count, BADGE_SECONDS) or {}


def badges_key(user: User) -> str:
    """Where the numbers are kept; to be deleted when the user has done something: he looks at once."""
    return f"badges:{user.pk}:{user.role}:{user.store_id}"


def unread(user: User) -> int:
    """Unread messages beside the bell, at most 100. A query at most once in 15 seconds."""
    count = cache.get_or_set(
        unread_key(user), lambda: Notice.objects.visible_to(user).unread()[:100].count(), BADGE_SECONDS
    )
    return count or 0


def unread_key(user: User) -> str:
    """Where the number is kept; to be deleted by whoever has read."""
    return f"unread:{user.pk}"


def navigation(request: HttpRequest) -> list[dict]:
    """``[{label, items: [{label, url, icon, active, badge}]}]`` for the user's role."""
    groups: dict[str, dict] = {}
    numbers = badges(request.user)  # type: ignore[arg-type]  # the frame is for people logged in
    for item in registry.nav:
        if not request.user.has_perm(item.perm):
            continue
        url = reverse(item.url_name)
        group = groups.setdefault(item.group, {"label": GROUPS[item.group], "items": []})
        group["items"].append(
            {
                "label": item.label,
                "url": url,
                "icon": item.icon,
                "active": request.path.startswith(url),
                "badge": numbers.get(item.url_name),
                "key": item.key,
            }
        )
    return [groups[key] for key in GROUPS if key in groups]


def corners(user: User) -> list[Corner]:
    """The corners that this person has use for."""
    return [c for c in registry.corners.values() if user.has_perm(c.perm) and c.wanted(user)]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Evaluated only by templates that draw the frame."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "store": user.store,
        "unread": SimpleLazyObject(lambda: unread(user)),
        "corners": SimpleLazyObject(lambda: corners(user)),
        "demo_clock": clock.now() if settings.DEMO else None,
    }
