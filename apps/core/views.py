"""Health, error pages and the component sheet."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.core import health
from apps.core.problems import problem

PROBLEMS = {
    400: ("bad_request", _("The request could not be read")),
    403: ("forbidden", _("Your role may not do this.")),
    404: ("not_found", _("There is no such record, or it is not yours to see.")),
    500: ("server_error", _("Something broke")),
}


def _wants_problem(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _error(request: HttpRequest, status: int) -> HttpResponse:
    if _wants_problem(request):
        code, detail = PROBLEMS[status]
        body = problem(status, detail, code)
        return JsonResponse(body, status=status, content_type="application/problem+json")
    return render(request, f"errors/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    if _wants_problem(request):
        return _error(request, 500)
    # Without the request: context processors read the database, which may be what broke.
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """GET /healthz: this process answers."""
    return JsonResponse({"status": "ok"})


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """GET /readyz: 200 when every check passes, else 503; the body names each."""
    results = health.run()
    ready = all(r["ok"] for r in results.values())
    return JsonResponse({"ready": ready, "checks": results}, status=200 if ready else 503)


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """GET /metrics: Prometheus text of the numbers behind /readyz. No personal data."""
    lines = []
    for name, result in health.run().items():
        lines += [f"# TYPE dms_{name}_ok gauge", f"dms_{name}_ok {int(result['ok'])}"]
        if result.get("seconds") is not None:
            lines += [
                f"# TYPE dms_{name}_seconds gauge",
                f"dms_{name}_seconds {result['seconds']:.3f}",
            ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")


@require_GET
@login_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """The component sheet, for staff."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "core/styleguide.html")
