"""The page about the API."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.desk import apidoc


@require_GET
@require_perm("desk.use")
def api_docs(request: HttpRequest) -> HttpResponse:
    """GET /api/docs/ → how to call it and its nouns; ``?noun=`` the addresses of one."""
    nouns = apidoc.nouns()
    wanted = request.GET.get("noun", "")
    if wanted and wanted not in nouns:
        raise Http404
    return render(request, "desk/api_docs.html", {"nouns": nouns.values(), "noun": nouns.get(wanted)})
