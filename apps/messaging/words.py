"""What a message says: the store's own words or the house's, filled with what holds when it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.models import Store
from apps.core.registry import MessageKind, registry
from apps.core.words import fill, variables_in
from apps.messaging.models import Gateway, Message, MessageTemplate, TemplateApproval
from apps.messaging.models.template import LONGEST

CUSTOMER_LANGUAGE = "zh-hans"
SINGLE, PART = 70, 67
"""Characters of one short message, and of each part of a longer one."""
VARIABLES = {
    "store": gettext_lazy("name of the store"),
    "plate": gettext_lazy("plate"),
    "name": gettext_lazy("customer's name"),
    "time": pgettext_lazy("a variable", "time"),
    "ready": gettext_lazy("expected ready"),
    "advisor": gettext_lazy("advisor"),
    "phone": gettext_lazy("number to call"),
    "number": gettext_lazy("number of the appointment"),
    "bring": gettext_lazy("what to bring"),
    "url": gettext_lazy("private address"),
    "code": gettext_lazy("code"),
    "until": gettext_lazy("held until"),
    "times": gettext_lazy("times to choose from"),
}
"""The names that kinds may use, as people read them."""


class NoApproval(Exception):
    """The provider has approved no words of this kind."""


@dataclass(frozen=True)
class Spoken:
    """The words as they go, and what a provider with templates wants instead of them."""

    text: str
    code: str = ""
    values: tuple[tuple[str, str], ...] = ()


class Words:
    """Wordings looked up once for a batch of messages. A kind of a store costs two or three queries."""

    def __init__(self) -> None:
        self._template = cache(self._look_up)

    def of(self, message: Message, gateway: Gateway | None) -> Spoken:
        """What ``message`` says through ``gateway``. Raises NoApproval."""
        kind = registry.messages[message.kind]
        text, approval = self._template(message.store, message.kind, gateway)
        with translation.override(CUSTOMER_LANGUAGE):
            facts = kind.facts(message)
            values = _by_name(text, facts)
            told = fill(text, dict(values))
            if approval is not None and approval.fields:
                values = tuple((field, str(facts.get(name, ""))) for field, name in approval.fields.items())
        return Spoken(told, approval.code if approval else "", values)

    def speaks(self, message: Message, gateway: Gateway) -> bool:
        """Whether ``gateway`` has approved words for it."""
        try:
            self._template(message.store, message.kind, gateway)
        except NoApproval:
            return False
        return True

    @staticmethod
    def _look_up(store: Store, kind: str, gateway: Gateway | None) -> tuple[str, TemplateApproval | None]:
        if gateway is None or not gateway.kind.needs_code:
            return current(store, kind), None
        rows = TemplateApproval.objects.filter(gateway=gateway, template__store=store, template__kind=kind)
        approval = rows.select_related("template").order_by("-template__version").first()
        if approval is None:
            raise NoApproval
        return approval.template.text, approval


def _by_name(text: str, facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Only what stands in the text is asked for: a fact may be lazy."""
    return tuple((name, str(facts.get(name, ""))) for name in variables_in(text))


def current(store: Store, kind: str) -> str:
    """The words in force, with names in braces. One query, or one more for the house's own."""
    template = MessageTemplate.objects.of(store.pk, kind).first()
    return template.text if template else standard(store, registry.messages[kind])


def standard(store: Store, kind: MessageKind) -> str:
    """The house's own words in the customers' language."""
    with translation.override(CUSTOMER_LANGUAGE):
        words = str(kind.words(store))
    return re.sub(r"%\((\w+)\)s", r"{\1}", words).replace("%%", "%")


def parts(text: str) -> int:
    """How many short messages it takes."""
    return 1 if len(text) <= SINGLE else -(-len(text) // PART)


def problems(kind: MessageKind, text: str) -> list[str]:
    """What is wrong with a wording, as sentences for the person who wrote it."""
    used, found = variables_in(text), []
    if unknown := [name for name in used if name not in kind.variables]:
        found.append(_("This message does not know: %(names)s.") % {"names": _braced(unknown)})
    if missing := [name for name in kind.needed if name not in used]:
        found.append(_("Without %(names)s the message is of no use.") % {"names": _braced(missing)})
    if re.search(r"[{}]", re.sub(r"\{\w+\}", "", text)):
        found.append(_("A brace stands alone. Names look like {plate}."))
    if len(text) > LONGEST:
        found.append(_("At most %(n)d characters.") % {"n": LONGEST})
    return found


def _braced(names: list[str]) -> str:
    return " ".join(f"{{{name}}}" for name in names)


def example(store: Store, kind: MessageKind) -> tuple[dict[str, Any], Message | None]:
    """Values of the last real message of the kind, or the names of the variables where there was none."""
    last = Message.objects.filter(store=store, kind=kind.kind).order_by("-pk").first()
    if last is None:
        return {name: f"[{VARIABLES[name]}]" for name in kind.variables}, None
    with translation.override(CUSTOMER_LANGUAGE):
        return {name: str(value) for name, value in kind.facts(last).items()}, last
