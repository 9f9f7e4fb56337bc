"""Board fragments, rendered once for everybody who looks at the same thing.

An announcement makes every open page fetch its fragment at the same moment. Here one of those requests
renders and the others take what it made. What may be shared is decided by proof, not by age:

- the database's snapshot (which transactions are visible) names the state of the data: while it is the
  same, so is the fragment (within the minute, since times that are left are part of it);
- a fragment whose reading began after a request arrived is new enough for that request, whatever
  happened in between.

Per process. Inside a transaction nothing is shared: the snapshot does not tell one's own writes.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from django.db import connection
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from apps.core import clock

KEPT = 256


@dataclass(frozen=True)
class Made:
    """A rendered fragment: of which state, and when its reading began."""

    version: str
    begun: float
    html: SafeString


class Fragments:
    """The fragments of one process, by what they show."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._locks: dict[Hashable, Lock] = {}
        self._guard = Lock()

    def get(self, key: Hashable, render: Callable[[], SafeString]) -> SafeString:
        """The fragment ``key`` in the active language. One query when another request has made it."""
        if connection.in_atomic_block:
            return render()
        arrived = time.monotonic()
        version = state_of_data()
        full_key = (get_language(), key)
        with self._lock(full_key):
            made = self._made.get(full_key)
            if made is not None and (made.version == version or made.begun >= arrived):
                return made.html
            begun = time.monotonic()
            made = Made(version, begun, render())
            self._keep(full_key, made)
            return made.html

    def _lock(self, key: Hashable) -> Lock:
        with self._guard:
            return self._locks.setdefault(key, Lock())

    def _keep(self, key: Hashable, made: Made) -> None:
        with self._guard:
            self._made[key] = made
            self._made.move_to_end(key)
            while len(self._made) > KEPT:
                old, _made = self._made.popitem(last=False)
                self._locks.pop(old, None)


def state_of_data() -> str:
    """Names what can be seen in the database now, and the minute. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        snapshot = cursor.fetchone()[0]
    return f"{snapshot} {clock.now():%H:%M}"


fragments = Fragments()
