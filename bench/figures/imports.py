"""An old system's export, generated and imported by the command in a process of its own."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time

from apps.core import vin
from bench.figures.base import Job, Size
from bench.measure import Figure
from bench.stage import ROOT, VAR

CARS = 10_000


def import_export(size: Size) -> dict[str, Figure]:
    """10,000 customers with a vehicle each (100,000 in full) as two CSV files."""
    cars = CARS * (10 if size.full else 1)
    folder = VAR / "export"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with open(folder / "customers.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["customer no", "customer name", "mobile"])
        writer.writerows([f"B{n:06d}", f"Bench {n}", f"139{n:08d}"] for n in range(cars))
    with open(folder / "vehicles.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["vin", "plate", "customer no"])
        writer.writerows([_vin(n), f"苏B{n % 100_000:05d}", f"B{n:06d}"] for n in range(cars))
    command = [sys.executable, "manage.py", "import_legacy", str(folder), "--store", "hz02"]
    with open(VAR / "import.log", "wb") as log:
        begun = time.monotonic()
        child = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _pid, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"import_legacy ended with {child.returncode}; see {VAR}/import.log")
    shutil.rmtree(folder)
    rows = 2 * cars
    return {
        "import_rows_per_s": Figure(rows / seconds, 170, "rows/s", 1, at_least=True, note=f"{rows:,} rows"),
        "import_peak_mb": Figure(used.ru_maxrss / 1024, 300, "MB", 1),
    }


def _vin(n: int) -> str:
    raw = f"LSVBENCH0GD{n:06d}"
    return raw[:8] + vin.check_digit(raw) + raw[9:]


JOBS = [
    Job(("import_rows_per_s", "import_peak_mb"), "manage.py import_legacy, start of the process included",
        import_export),
]  # fmt: skip
