"""Who reacts to which events.

A later room subscribes in its ``ready()``; the earlier room that records the event never
hears of it. The subscription's name is stored with each delivery, so it must not change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Subscription:
    """``handler(event)`` runs in a worker, in the transaction that marks the delivery done."""

    name: str
    kinds: tuple[str, ...]
    handler: Callable[[Any], None]

    def wants(self, kind: str) -> bool:
        """Whether an event of ``kind`` is delivered here; ``workorder.*`` matches a family."""
        return any(fnmatchcase(kind, pattern) for pattern in self.kinds)


SUBSCRIPTIONS: dict[str, Subscription] = {}


def subscribe(name: str, *kinds: str, handler: Callable[[Any], None]) -> None:
    """Deliver events of ``kinds`` to ``handler`` under the stable ``name`` ("callbacks.after_delivery")."""
    SUBSCRIPTIONS[name] = Subscription(name, kinds, handler)


def wanting(kind: str) -> list[str]:
    """Names of the subscriptions that want an event of ``kind``."""
    return [s.name for s in SUBSCRIPTIONS.values() if s.wants(kind)]
