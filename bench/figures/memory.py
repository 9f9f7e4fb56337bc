"""What the processes keep resident after some load."""

from __future__ import annotations

import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from apps.accounts.models import User
from apps.desk.models import PdfJob
from apps.workorders.models import OrderVersion, WorkOrder
from bench.figures.base import Job, Size, cookie_of
from bench.measure import Figure, peak_rss_mb
from bench.programs import program, web
from bench.stage import VAR

PAGES, THREADS, DOCUMENTS, WAIT_SECONDS = 240, 6, 6, 90


def web_rss(size: Size) -> dict[str, Figure]:
    """One web process that answers six people at once."""
    user = User.objects.get(username="advisor")
    cookie = cookie_of(user)
    orders = list(WorkOrder.objects.visible_to(user).order_by("-pk").values_list("pk", flat=True)[:50])
    paths = ["/work/", "/work-orders/?status=all", "/search/?q=77", *[f"/work-orders/{n}/" for n in orders]]

    def get(address: str) -> None:
        request = urllib.request.Request(address, headers={"Cookie": cookie})
        urllib.request.urlopen(request, timeout=60).read()

    with web("web") as (child, address), ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(get, [address + paths[n % len(paths)] for n in range(PAGES)]))
        used = peak_rss_mb(child.pid)
    return {"web_rss_mb": Figure(used, 250, "MB", PAGES, note="the peak of the one process")}


def worker_rss(size: Size) -> dict[str, Figure]:
    """A worker with two children that prints orders, the heaviest thing it does."""
    user = User.objects.get(username="advisor")
    versions = OrderVersion.objects.exclude(content={}).select_related("order__store").order_by("-pk")
    before = PdfJob.objects.count()
    for version in versions[:DOCUMENTS]:
        PdfJob.ask("workorders.estimate", version, store=version.order.store, by=user)
    asked = PdfJob.objects.count() - before
    celery = ["celery", "--quiet", "-A", "dms"]
    worker = [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2"]
    beat = [*celery, "beat", "--schedule", str(VAR / "beat-schedule")]
    with program("worker", *worker) as child, program("beat", *beat):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline and PdfJob.objects.filter(file=None).exists():
            time.sleep(0.5)
        pids = [child.pid, *_children(child.pid)]
        peaks = [peak_rss_mb(pid) for pid in pids]
    note = f"the largest of {len(pids)} processes, {asked} documents asked, {sum(peaks):.0f} MB together"
    return {"worker_rss_mb": Figure(max(peaks), 250, "MB", len(pids), note=note)}


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


JOBS = [
    Job(("web_rss_mb",), f"a web process after {PAGES} pages by {THREADS} people", web_rss),
    Job(("worker_rss_mb",), "a worker that has printed orders", worker_rss),
]
