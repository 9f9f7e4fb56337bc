"""Links for people without a login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.access import public
from apps.core import clock
from apps.core.registry import registry
from apps.desk.models import Link


@public
@never_cache
@require_http_methods(["GET", "POST"])
def link_open(request: HttpRequest, token: str) -> HttpResponse:
    """GET or POST /l/<token>/ → the page of the link's purpose; 404 when it is not live."""
    link = Link.objects.opened_by(token)
    kind = registry.links.get(link.purpose) if link else None
    if link is None or kind is None:
        return render(request, "desk/link_dead.html", status=404)
    if link.opened_at is None:
        link.opened_at = clock.now()
        link.save(update_fields=["opened_at"])
    return kind.view(request, link)
