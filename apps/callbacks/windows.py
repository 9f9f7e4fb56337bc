"""Within which working days a callback is made: by setting, over holidays and make-up weekends."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from apps.accounts.models import Setting, Store
from apps.core import workdays

LEVEL_1, LEVEL_2 = "callbacks.level_1_days", "callbacks.level_2_days"
POST_REPAIR, SPECIAL = "callbacks.post_repair_days", "callbacks.special_days"
COMPLAINT = "callbacks.complaint_days"
NO_SHOW = "callbacks.no_show_days"
CSI_SAMPLE = "callbacks.csi_sample_days"
DEFAULTS = {
    LEVEL_1: (1, 3),
    LEVEL_2: (5, 8),
    POST_REPAIR: (3, 5),
    SPECIAL: (1, 5),
    COMPLAINT: (3, 5),
    NO_SHOW: (1, 2),
    CSI_SAMPLE: (1, 5),
}
"""First and last working day, of the day after. Source: domain description, callback queues."""
LATEST = 60


def cast(value: Any) -> tuple[int, int]:
    """``[3, 5]`` as days. Raises ValueError for anything that is no window."""
    first, last = (int(day) for day in value)
    if not 1 <= first <= last <= LATEST:
        raise ValueError("a window goes from day 1 or later to the same day or later")
    return first, last


def read(line: str) -> list[int]:
    """What is stored for ``3-5``. Raises ValueError."""
    return list(cast(re.split(r"[-\u2013~\uff5e]", line.strip())))


def show(days: tuple[int, int]) -> str:
    """``3-5``."""
    return f"{days[0]}-{days[1]}"


def of(kind: str, after: date, store: Store | int | None) -> tuple[date, date]:
    """First and last day of the window ``kind`` (a setting's key) after ``after``. One query."""
    return workdays.window(after, *Setting.value_of(kind, store, after))
