"""``python -m bench [--only NAME] [--full]``: exit 0 unless something crashed; misses are in the table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from bench.stage import ROOT, raised

RESULTS = ROOT / "bench" / "results.json"


def main(arguments: list[str] | None = None) -> int:
    """Take the figures, print them, write ``results.json``."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), metavar="NAME")
    parser.add_argument("--full", action="store_true", default=bool(os.environ.get("FULL")))
    parser.add_argument("--orders", type=int, default=0, help="instead of 100,000 (or 1,000,000 in full)")
    parser.add_argument("--results", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    orders = asked.orders or (1_000_000 if asked.full else 100_000)
    with raised(orders, say):
        figures = _take(asked.only, orders, full=asked.full)
    _write(asked.results, figures, keep=bool(asked.only))
    return 0 if figures else 2


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def _take(only: str, orders: int, *, full: bool) -> dict:
    import django

    django.setup()
    from bench.figures import JOBS, Size, prepare

    prepare()
    jobs = [job for job in JOBS if not only or only in job.names]
    if not jobs:
        say(f"There is no figure {only}. Known: {', '.join(n for job in JOBS for n in job.names)}.")
        return {}
    figures = {}
    for job in jobs:
        say(f"{', '.join(job.names)}: {job.compares} …")
        begun = time.monotonic()
        taken = job.run(Size(orders=orders, full=full))
        figures |= taken
        for name, figure in taken.items():
            say(f"    {_line(name, figure)}")
        say(f"    ({time.monotonic() - begun:.0f} s)")
    print(f"\n{orders:,} orders, {_machine()}")
    for name, figure in figures.items():
        print(_line(name, figure))
    return figures


def _line(name: str, figure) -> str:
    sign = "≥" if figure.at_least else "≤"
    floor = f"  floor {figure.floor:.2f}" if figure.floor is not None else ""
    verdict = "holds" if figure.holds else "MISSED"
    note = f"  {figure.note}" if figure.note else ""
    return f"{verdict:6} {name:26} {figure.value:10.2f} {sign} {figure.limit:g} {figure.unit}{floor}{note}"


def _write(path: Path, figures: dict, *, keep: bool) -> None:
    """Replace the results; of a narrowed run only the figures that were taken."""
    known = json.loads(path.read_text())["figures"] if keep and path.exists() else {}
    taken = {
        name: {"value": round(f.value, 3), "limit": f.limit, "unit": f.unit, "floor": f.floor, "n": f.n}
        for name, f in figures.items()
    }
    result = {"figures": known | taken, "machine": _machine(), "commit": _commit()}
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _commit() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
