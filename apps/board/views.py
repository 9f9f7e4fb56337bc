"""The progress board of the house, and the one in the customers' lounge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from apps.accounts.access import require_perm
from apps.accounts.models import Store
from apps.capacity import affected
from apps.core import clock, plates
from apps.quality.in_house import InHouse, by_stage, in_house, lounge
from apps.workshop.fragments import fragments
from apps.workshop.selectors import store_for
from apps.workshop.stages import STAGES


@dataclass(frozen=True)
class Filters:
    """What the reader wants to see; part of the fragment's key."""

    advisor: int = 0
    stage: str = ""
    late: bool = False
    plate: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """From the address; what makes no sense is left out."""
        get = request.GET
        advisor, stage = get.get("advisor", ""), get.get("stage", "")
        return cls(
            int(advisor) if advisor.isdigit() and len(advisor) < 10 else 0,
            stage if stage in STAGES else "",
            get.get("late") == "1",
            plates.normalise(get.get("plate", ""))[:10],
        )

    @property
    def are_set(self) -> bool:
        return self != Filters()

    def want(self, row: InHouse) -> bool:
        """Whether ``row`` is shown; the stage is left to the columns."""
        return (
            (not self.advisor or row.advisor_id == self.advisor)
            and (not self.late or bool(row.risk))
            and (not self.plate or self.plate in row.plate)
        )


@require_GET
@require_perm("board.see")
def progress(request: HttpRequest) -> HttpResponse:
    """GET /board/?advisor=&stage=&late=&plate= → every vehicle in the house by stage."""
    store, filters = _store(request), Filters.of(request)
    context = {"fragment": _progress(request, store, filters), "shown_store": store, "filters": filters}
    return render(request, "board/progress.html", context)


@require_GET
@require_perm("board.see")
def progress_fragment(request: HttpRequest) -> HttpResponse:
    """GET /board/fragment/ → the board alone; at most twelve queries, one when shared."""
    return HttpResponse(_progress(request, _store(request), Filters.of(request)))


@require_GET
@require_perm("board.lounge")
def lounge_board(request: HttpRequest) -> HttpResponse:
    """GET /board/lounge/ → the screen in the lounge: masked plates, stages, promised times."""
    store = _store(request)
    return render(request, "board/lounge.html", {"fragment": _lounge(store), "store": store})


@require_GET
@require_perm("board.lounge")
def lounge_fragment(request: HttpRequest) -> HttpResponse:
    """GET /board/lounge/fragment/ → the rows alone."""
    return HttpResponse(_lounge(_store(request)))


def _store(request: HttpRequest) -> Store:
    store = store_for(request.user, request.GET.get("store"))
    if store is None:
        raise Http404
    return store


def _progress(request: HttpRequest, store: Store, filters: Filters) -> SafeString:
    """The shared fragment. The mask is who may open what: the desk opens visits too."""
    opens_visits = request.user.has_perm("reception.see")

    def draw() -> SafeString:
        everything = in_house(store)
        rows = [row for row in everything if filters.want(row)]
        groups = by_stage(rows)
        context: dict[str, Any] = {
            "columns": [
                {
                    "stage": stage,
                    "rows": groups[stage],
                    "hidden": bool(filters.stage) and stage != filters.stage,
                }
                for stage in STAGES
            ],
            "advisors": sorted(
                {(r.advisor_id, r.advisor) for r in everything if r.advisor_id}, key=lambda a: a[1]
            ),
            "total": len(everything),
            "shown": len(rows),
            "late": sum(r.risk == "late" for r in everything),
            "at_risk": sum(bool(r.risk) for r in everything),
            "incidents": affected.running(store),
            "filters": filters,
            "opens_visits": opens_visits,
            "shown_store": store,
            "now": clock.now(),
        }
        return render_to_string("board/_progress.html", context)

    return fragments.get(("progress", store.pk, opens_visits, filters), draw)


def _lounge(store: Store) -> SafeString:
    def draw() -> SafeString:
        return render_to_string(
            "board/_lounge.html", {"rows": lounge(store), "shown_store": store, "now": clock.now()}
        )

    return fragments.get(("lounge", store.pk), draw)
