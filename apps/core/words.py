"""Texts that people write with names in braces: ``Good day, {customer}``."""

import re
from collections.abc import Mapping
from typing import Any

VARIABLE = re.compile(r"\{(\w+)\}")


def variables_in(text: str) -> list[str]:
    """The names in braces, each once, in the order in which they stand."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """``text`` with every known name in braces replaced."""
    return VARIABLE.sub(lambda found: str(facts.get(found[1], found[0])), text)
