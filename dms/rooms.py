"""The rooms of the house in the order of the car's day.

A room may import only rooms that stand before it. ``ROOMS`` feeds INSTALLED_APPS
and the URL map; the import contracts in ``pyproject.toml`` repeat the order for
the checker.
"""

from pathlib import Path

ORDER = (
    "core",
    "accounts",
    "desk",
    "catalog",
    "customers",
    "money",
    "warranty",
    "parts",
    "capacity",
    "calls",
    "messaging",
    "appointments",
    "handover",
    "reception",
    "workorders",
    "workshop",
    "quality",
    "delivery",
    "filing",
    "complaints",
    "callbacks",
    "board",
    "portal",
    "reports",
    "imports",
    "demo",
)

_APPS = Path(__file__).resolve().parent.parent / "apps"

ROOMS = tuple(name for name in ORDER if (_APPS / name / "apps.py").exists())
"""The rooms that are furnished: a room exists once it has an ``apps.py``."""


def has(room: str, module: str) -> bool:
    """Whether ``apps.<room>.<module>`` exists, as a file or a package."""
    base = _APPS / room / module
    return base.with_suffix(".py").exists() or (base / "__init__.py").exists()
