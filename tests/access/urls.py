"""Reads every address of the product out of the URL map, with what guards it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from apps.accounts import permissions
from apps.accounts.roles import Role
from dms.rooms import ROOMS

OPEN = {
    "core:healthz": "public",
    "core:readyz": "public",
    "core:metrics": "public",
    "core:styleguide": "staff",
    "set_language": "public",
    "desk:home": "public",
    "javascript_catalog": "public",
}
"""Addresses whose guard cannot be read off the view, judged by hand."""


@dataclass(frozen=True)
class Address:
    """One named address: ``guards`` maps "*" or an API action to a permission, login, staff or public."""

    name: str
    route: str
    guards: tuple[tuple[str, str], ...]

    def roles(self, guard: str) -> set[Role]:
        """Who passes ``guard``."""
        if guard in ("public", "login"):
            return set(Role)
        if guard == "staff":
            return {Role.ADMINISTRATOR}
        return set(permissions.roles_for(guard))


def _guards(name: str, view: Any) -> tuple[tuple[str, str], ...]:
    if name in OPEN:
        return (("*", OPEN[name]),)
    if actions := getattr(view, "actions", None):  # a DRF viewset: one guard per action
        perms = view.cls.perms
        asked = sorted(item for item in actions.items() if item[0] != "head")  # added by the first request
        return tuple((f"{m.upper()} {a}", perms.get(a) or perms["*"]) for m, a in asked)
    if cls := getattr(view, "cls", None):  # a plain DRF view
        if hasattr(cls, "perms"):
            return tuple(sorted(cls.perms.items()))
        return (("*", "login"),)
    return (("*", view.access),) if hasattr(view, "access") else ()


def addresses() -> Iterator[Address]:
    """Every address, in the order of the URL map."""

    def walk(patterns: list, prefix: str, namespaces: list[str]) -> Iterator[Address]:
        for p in patterns:
            if isinstance(p, URLResolver):
                names = [*namespaces, p.namespace] if p.namespace else namespaces
                yield from walk(p.url_patterns, prefix + str(p.pattern), names)
            elif isinstance(p, URLPattern):
                name = ":".join([*namespaces, p.name or "?"])
                yield Address(name, prefix + str(p.pattern), _guards(name, p.callback))

    yield from walk(get_resolver().url_patterns, "/", [])


@dataclass(frozen=True)
class Entry:
    """One line of the table with an address to try it at; ``action`` is "*" or an action of the API."""

    name: str
    action: str
    guard: str
    roles: frozenset[Role]
    url: str

    @property
    def methods(self) -> tuple[str, ...]:
        """What may be asked: a page's view decides itself, an action of the API has one method."""
        return ("GET", "POST") if self.action == "*" else (self.action.split()[0],)

    def __str__(self) -> str:
        return f"{self.name} {self.action} ({self.guard})"


def everything(known: dict[str, dict]) -> list[Entry]:
    """Every line of the table that has an address without a row or with one of ``known``."""
    found = {}
    for address in addresses():
        try:
            url = reverse(address.name, kwargs=known.get(address.name, {}))
        except NoReverseMatch:
            continue
        for action, guard in address.guards:
            roles = frozenset(address.roles(guard))
            found[address.name, action] = Entry(address.name, action, guard, roles, url)
    return list(found.values())


def samples(cast: Any) -> dict[str, dict]:
    """``{address name: kwargs}`` of rows in ``cast.store``, from each room's ``tests/<room>/samples.py``."""
    found: dict[str, dict] = {}
    for room in ROOMS:
        if find_spec(f"tests.{room}") and find_spec(f"tests.{room}.samples"):
            found |= import_module(f"tests.{room}.samples").samples(cast)
    return found


def of_the_group() -> set[str]:
    """Addresses whose rows belong to the group: each room's ``OF_THE_GROUP``, open to its other stores."""
    found: set[str] = set()
    for room in ROOMS:
        if find_spec(f"tests.{room}") and find_spec(f"tests.{room}.samples"):
            found |= getattr(import_module(f"tests.{room}.samples"), "OF_THE_GROUP", set())
    return found


def table() -> str:
    """The picture to be reviewed: address, guard, roles."""
    lines = []
    for address in addresses():
        for action, guard in address.guards or (("*", "UNGUARDED"),):
            roles = address.roles(guard) if guard != "UNGUARDED" else set()
            who = "everybody" if len(roles) == len(Role) else ", ".join(sorted(r.value for r in roles))
            lines.append(f"{address.name:44} {action:22} {guard:34} {who}")
    return "\n".join(dict.fromkeys(lines)) + "\n"
