"""The search box on every page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.core.registry import registry
from apps.desk.models import SearchKey


def find(user, text: str) -> list[dict]:
    """Groups ``{label, icon, rows: [{title, subtitle, url, plate?}]}`` that ``user`` may see.

    One query over the keys and one per kind found.
    """
    by_kind: dict[str, list[int]] = {}
    for name, object_id in SearchKey.objects.starting(text).values_list("kind", "object_id"):
        ids = by_kind.setdefault(name, [])
        if object_id not in ids:
            ids.append(object_id)
    groups = []
    for kind in sorted(registry.search_kinds.values(), key=lambda k: k.order):
        ids = by_kind.get(kind.kind, [])
        rows = kind.visible(user, ids) if ids else {}
        if rows:
            groups.append(
                {
                    "label": kind.label,
                    "icon": kind.icon,
                    "rows": [rows[i] for i in ids if i in rows],
                }
            )
    return groups


@require_GET
@require_perm("desk.use")
def search(request: HttpRequest) -> HttpResponse:
    """GET /search/?q= → the results page, or its fragment for the box in the frame."""
    text = request.GET.get("q", "").strip()[:60]
    context = {"q": text, "groups": find(request.user, text) if text else []}
    template = "includes/search_results.html" if request.headers.get("HX-Request") else "desk/search.html"
    return render(request, template, context)
