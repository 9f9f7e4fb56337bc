"""The queues: what kinds of calls there are, whose they are, and what is said and written down.

A room that wants calls made declares its queue in ``ready()`` and owns the queue's form. A room
that comes later may declare the same key again to give it its own form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.core.words import fill

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.calls.models import Call

_PERCENT = re.compile(r"%\((\w+)\)s")
VARIABLES = {
    "customer": _("Customer"),
    "vehicle": _("Vehicle"),
    "store": _("Store"),
    "agent": _("Agent"),
    "hotline": _("24 h hotline"),
}
NOTE_FORM = "calls/_note_form.html"


def _note_url(call: Call) -> str:
    return reverse("calls:complete", args=[call.pk])


def _note_context(call: Call, user: User) -> dict[str, Any]:
    return {}


def _no_facts(call: Call) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class CallQueue:
    """One kind of call.

    ``roles`` may work in it; a call can be narrowed to one of them or to a person. ``script`` is
    a translated text (paragraphs by blank lines), the standard words; a store may write its own
    (``Script``). The names of ``VARIABLES`` and those of ``facts(call)`` are filled in. ``form_template``
    is drawn on the call's page with what ``form_context(call, user)`` returns and posts to
    ``form_url(call)``; the view behind it calls ``call.complete`` and, when the form is invalid,
    ``calls.views.pages.call_page(request, call, status=422, form=form)``.
    """

    key: str
    label: Any
    roles: tuple[Role, ...]
    script: Any = ""
    order: int = 100
    form_template: str = NOTE_FORM
    form_url: Callable[[Call], str] = _note_url
    form_context: Callable[[Call, User], dict[str, Any]] = _note_context
    facts: Callable[[Call], dict[str, Any]] = _no_facts
    fact_labels: Mapping[str, Any] = field(default_factory=dict)
    """What ``facts`` adds, ``{name: label}``."""

    @property
    def variables(self) -> dict[str, Any]:
        """``{name: label}`` of everything that its script may name."""
        return {**VARIABLES, **self.fact_labels}

    @property
    def standard(self) -> str:
        """The house's words, with names in braces, in the reader's language."""
        return _PERCENT.sub(r"{\1}", str(self.script))

    def script_for(self, call: Call, user: User, own: str = "") -> str:
        """The words to say, names filled in: the store's ``own``, or the standard ones."""
        facts = {
            "customer": call.customer.name,
            "vehicle": str(call.vehicle or ""),
            "store": call.store.name,
            "hotline": call.store.hotline,
            "agent": user.name,
        }
        return fill(own or self.standard, {**facts, **self.facts(call)})


QUEUES: dict[str, CallQueue] = {}


def declare_queue(queue: CallQueue) -> None:
    """Register ``queue``; the last declaration of a key holds."""
    QUEUES[queue.key] = queue


def queue_of(key: str) -> CallQueue:
    """The queue of ``key``; one that nobody declares any more has its key for a name and no roles."""
    return QUEUES.get(key) or CallQueue(key, key, ())


def in_order() -> list[CallQueue]:
    """All queues as people see them."""
    return sorted(QUEUES.values(), key=lambda queue: (queue.order, queue.key))


def keys_for(role: str) -> list[str]:
    """Queues in which people of ``role`` work."""
    return [queue.key for queue in QUEUES.values() if role in queue.roles]
