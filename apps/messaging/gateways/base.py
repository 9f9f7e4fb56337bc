"""What every way to the customer's phone understands."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from apps.core.registry import Option
from apps.core.wire import Malformed


class Outcome(enum.Enum):
    """What is known after a call: the provider took it, certainly did not, or did not say."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parcel:
    """One message on its way.

    ``address`` is a number in E.164, or the follower's id of a service account. ``code`` is the
    provider's approval code of the template, ``values`` its variables in the order in which they stand
    in the text. ``at`` is when it went, ``provider_id`` what the provider called it (for ``ask``).
    """

    reference: str
    address: str
    text: str
    code: str = ""
    values: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None
    provider_id: str = ""


@dataclass(frozen=True)
class Answer:
    """The outcome, its detail for people, and the provider's own id of the message."""

    outcome: Outcome
    detail: str = ""
    provider_id: str = ""


@dataclass(frozen=True)
class Report:
    """A delivery receipt. ``reference`` is ours, ``provider_id`` theirs; one of them may be empty."""

    reference: str
    provider_id: str
    delivered: bool
    detail: str = ""
    at: str = ""


@dataclass(frozen=True)
class Heard:
    """A customer's reply: ``reference`` is the provider's own id of it."""

    reference: str
    phone: str
    text: str


class Backend(ABC):
    """A way to the phone. ``send`` and ``ask`` never raise: what cannot be known is ``UNKNOWN``."""

    OPTIONS: ClassVar[Sequence[Option]] = ()
    PACKAGE: ClassVar[str] = ""
    """The optional package that must be installed."""
    needs_code: ClassVar[bool] = False
    """Whether only approved templates go."""
    TAKEN: ClassVar[dict[str, Any]] = {}
    """What the provider wants to read when it has called us."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    @abstractmethod
    def send(self, parcel: Parcel) -> Answer:
        """Hand one message over under our ``reference``."""

    @abstractmethod
    def ask(self, parcel: Parcel) -> Answer:
        """What became of ``parcel.reference``; ``UNKNOWN`` when the provider cannot say."""

    def reports(self, body: bytes) -> list[Report]:
        """The receipts in a callback. Raises Malformed."""
        raise Malformed

    def replies(self, body: bytes) -> list[Heard]:
        """The replies in a callback. Raises Malformed."""
        raise Malformed


def national(phone: str) -> str:
    """A Chinese number without its country code, as the providers' callbacks and queries have it."""
    return phone.removeprefix("+86")
