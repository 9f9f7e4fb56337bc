"""What later rooms add to the pages of earlier ones.

Each room fills these in its ``AppConfig.ready``; an earlier room's page asks for what is
registered and never names a later room. Entries are kept in the order of ``order``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NavItem:
    """A place in the left rail: shown to whoever holds ``perm``; G and then ``key`` leads there."""

    label: Any
    url_name: str
    icon: str
    perm: str
    group: str = "work"
    order: int = 100
    badge: Callable[[Any], int] | None = None
    key: str = ""


@dataclass(frozen=True)
class Panel:
    """A section on an object's page, drawn by a later room.

    ``context(obj, user)`` returns the template's context, or None to show nothing.
    """

    subject: str
    template: str
    context: Callable[[Any, Any], dict | None]
    order: int = 100
    perm: str = ""


@dataclass(frozen=True)
class Action:
    """A verb offered on an object's page; of the subject "work" (no object), on "my work".

    ``url(obj, user)`` returns the address, or "" when it does not apply now. ``method`` is
    "get" for a page that asks first and "post" for one that acts.
    """

    subject: str
    label: Any
    url: Callable[[Any, Any], str]
    icon: str = "arrow-right"
    method: str = "get"
    order: int = 100
    perm: str = ""
    primary: bool = False


@dataclass(frozen=True)
class WorkList:
    """A list on "my work": ``rows(user)`` gives dicts with ``title url due_at note badge``.

    ``page`` names the page it is an extract of. ``roles``: whose daily work it is, where more
    people hold ``perm``.
    """

    key: str
    label: Any
    rows: Callable[[Any], Iterable[dict]]
    perm: str
    empty: Any = ""
    order: int = 100
    page: str = ""
    roles: tuple = ()

    def is_for(self, user: Any) -> bool:
        """Whether ``user`` works from it."""
        return user.has_perm(self.perm) and (not self.roles or user.role in self.roles)


@dataclass(frozen=True)
class SearchKind:
    """What a search key points to: ``visible(user, ids)`` returns ``{id: row dict}``.

    A row dict has ``title``, ``subtitle``, ``url`` and optionally ``plate``.
    """

    kind: str
    label: Any
    visible: Callable[[Any, list[int]], dict[int, dict]]
    icon: str
    order: int = 100


@dataclass(frozen=True)
class LinkKind:
    """An expiring link's purpose: ``view(request, link)`` answers it, without a login."""

    purpose: str
    view: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class FileKind:
    """Who may open files of one kind: ``allowed(user, file)``."""

    kind: str
    allowed: Callable[[Any, Any], bool]


@dataclass(frozen=True)
class PdfKind:
    """A document: ``context(object_id)`` fills ``template``, ``file_name(context)`` names it.

    ``done(object_id, file)`` is called with the finished file.
    """

    kind: str
    template: str
    context: Callable[[int], dict]
    file_name: Callable[[dict], str]
    done: Callable[[int, Any], None] | None = None


@dataclass(frozen=True)
class MessageKind:
    """A kind of message to a customer.

    ``decide(message)`` is asked at the moment of sending and returns "" to send or the reason
    not to. ``words(store)`` gives the house's own words in the active language, with the names of
    ``variables`` as ``%(name)s``; a store may write its own. ``facts(message)`` gives the values (a lazy
    one is asked for only where it is used), and those in ``needed`` must stand in any wording.
    ``failed(message)`` hears of a message that could not be delivered, so that somebody calls instead;
    ``reply(message, words)`` carries out what the customer replied and returns what it did (a message id);
    "" when it passed it on to a person. ``proves_number`` marks what must reach the number itself and no
    other channel. ``read(messages)`` may set ``spoken_of`` of many at once, just
    before they are sent.
    """

    kind: str
    label: Any
    decide: Callable[[Any], str]
    words: Callable[[Any], str]
    facts: Callable[[Any], dict[str, Any]]
    variables: tuple[str, ...]
    needed: tuple[str, ...] = ()
    failed: Callable[[Any], None] | None = None
    reply: Callable[[Any, str], str] | None = None
    read: Callable[[Any], None] | None = None
    proves_number: bool = False


@dataclass(frozen=True)
class Corner:
    """A live fragment in the corner of every page: fetched from ``url_name`` when ``topic`` is announced."""

    key: str
    url_name: str
    topic: str
    perm: str
    wanted: Callable[[Any], bool]


@dataclass(frozen=True)
class Option:
    """One thing to fill in for a system outside: kept sealed when it is ``secret``."""

    name: str
    label: Any
    secret: bool = False
    default: str = ""
    hint: Any = ""


@dataclass(frozen=True)
class ConnectionKind:
    """A system outside that a store may connect. ``hooks(key)`` gives ``[(label, path)]`` to enter there."""

    kind: str
    label: Any
    explained: Any
    options: tuple[Option, ...]
    hooks: Callable[[str], list[tuple[Any, str]]] = lambda key: []


@dataclass(frozen=True)
class Furnishing:
    """What a new house is given at its first start: ``lay(store)``; an optional one may be declined."""

    lay: Callable[[Any], object]
    optional: bool = False


@dataclass
class Registry:
    """All registered entries. One instance, ``registry``, per process."""

    nav: list[NavItem] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    work_lists: list[WorkList] = field(default_factory=list)
    search_kinds: dict[str, SearchKind] = field(default_factory=dict)
    links: dict[str, LinkKind] = field(default_factory=dict)
    files: dict[str, FileKind] = field(default_factory=dict)
    pdfs: dict[str, PdfKind] = field(default_factory=dict)
    furnishings: list[Furnishing] = field(default_factory=list)
    messages: dict[str, MessageKind] = field(default_factory=dict)
    corners: dict[str, Corner] = field(default_factory=dict)
    connections: dict[str, ConnectionKind] = field(default_factory=dict)

    def add(self, *entries: Any) -> None:
        """Register entries of any of the kinds above."""
        for entry in entries:
            match entry:
                case NavItem():
                    self._insert(self.nav, entry)
                case Panel():
                    self._insert(self.panels, entry)
                case Action():
                    self._insert(self.actions, entry)
                case WorkList():
                    self._insert(self.work_lists, entry)
                case SearchKind():
                    self.search_kinds[entry.kind] = entry
                case LinkKind():
                    self.links[entry.purpose] = entry
                case FileKind():
                    self.files[entry.kind] = entry
                case MessageKind():
                    self.messages[entry.kind] = entry
                case PdfKind():
                    self.pdfs[entry.kind] = entry
                case Corner():
                    self.corners[entry.key] = entry
                case ConnectionKind():
                    self.connections[entry.kind] = entry
                case Furnishing():
                    self.furnishings.append(entry)
                case _:
                    raise TypeError(f"Unknown registry entry {entry!r}")

    @staticmethod
    def _insert(entries: list, entry: Any) -> None:
        if entry not in entries:
            entries.append(entry)
            entries.sort(key=lambda e: e.order)

    def panels_for(self, subject: str, obj: Any, user: Any) -> list[dict]:
        """``[{"template", "context"}]`` of what to draw on ``obj``'s page, in order."""
        drawn = []
        for panel in self.panels:
            if panel.subject == subject and (not panel.perm or user.has_perm(panel.perm)):
                context = panel.context(obj, user)
                if context is not None:
                    drawn.append({"template": panel.template, "context": context})
        return drawn

    def actions_for(self, subject: str, obj: Any, user: Any) -> list[dict]:
        """``[{"label", "url", "icon", "method", "primary"}]`` of what ``user`` may do with ``obj`` now."""
        offered = []
        for action in self.actions:
            if action.subject == subject and (not action.perm or user.has_perm(action.perm)):
                url = action.url(obj, user)
                if url:
                    offered.append(
                        {
                            "label": action.label,
                            "url": url,
                            "icon": action.icon,
                            "method": action.method,
                            "primary": action.primary,
                        }
                    )
        return offered


registry = Registry()
