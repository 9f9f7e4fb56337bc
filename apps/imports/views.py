"""Imports: what was brought in from the old system, and what stayed out. Read-only."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.core import keyset
from apps.imports import selectors
from apps.imports.models import ImportRun, RejectedRow


@require_GET
@require_perm("imports.see")
def run_list(request: HttpRequest) -> HttpResponse:
    """GET /imports/ → the runs, newest first."""
    runs = ImportRun.objects.visible_to(request.user).select_related("store")
    page = keyset.page(runs, request.GET, order=["-pk"])
    rows = [(run, _totals(run)) for run in page]
    return render(request, "imports/list.html", {"rows": rows, "page": page})


@require_GET
@require_perm("imports.see")
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /imports/<id>/ → counts, reasons, the first rejected rows."""
    run = _find(request, pk)
    tables = selectors.tables(run)
    context = {
        "run": run,
        "totals": _totals(run),
        "tables": tables,
        "has_reasons": any(table["reasons"] for table in tables),
        "rejected": selectors.rejected(run),
        "rejected_count": run.rejected.count(),
    }
    return render(request, "imports/detail.html", context)


@require_GET
@require_perm("imports.see")
def rejected_csv(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """GET /imports/<id>/rejected.csv → every rejected row, for mending the files."""
    run = _find(request, pk)
    rows = RejectedRow.objects.visible_to(request.user).filter(run=run).order_by("pk")
    response = StreamingHttpResponse(
        selectors.rejected_lines(rows.iterator(chunk_size=1_000)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="import-{run.pk}-rejected.csv"'
    return response


def _find(request: HttpRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user).select_related("store")
    return get_object_or_404(runs, pk=pk)


def _totals(run: ImportRun) -> dict[str, int]:
    """Rows by verdict over all tables."""
    names = ("rows", "good", "repaired", "rejected", "duplicate")
    totals = {name: sum(counts.get(name, 0) for counts in run.counts.values()) for name in names}
    return totals | {"imported": totals["good"] + totals["repaired"]}
