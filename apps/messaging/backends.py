"""Ways to the customer's phone. The default writes to a file; gateways implement the same two calls."""

from __future__ import annotations

import enum
import json
import os
from pathlib import Path
from typing import Protocol

from django.conf import settings

from apps.core import clock


class Outcome(enum.Enum):
    """What is known after a call: the provider took it, certainly did not, or did not answer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Backend(Protocol):
    """A gateway. Neither call raises: what cannot be known is ``UNKNOWN``."""

    def send(self, *, reference: str, phone: str, text: str) -> tuple[Outcome, str]:
        """Hand one message over under our ``reference``; the outcome and its detail."""

    def ask(self, reference: str) -> Outcome:
        """What became of ``reference``; ``UNKNOWN`` when the provider cannot say."""


class FileBackend:
    """One JSON line a message under ``var/outbox``; for trying things out and for tests."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings.VAR / "outbox"

    @property
    def path(self) -> Path:
        return self.folder / f"{clock.today():%Y-%m-%d}.jsonl"

    def send(self, *, reference: str, phone: str, text: str) -> tuple[Outcome, str]:
        line = json.dumps({"reference": reference, "phone": phone, "text": text}, ensure_ascii=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # One write of one line with O_APPEND: lines of several workers do not mix.
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, (line + "\n").encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            return Outcome.REFUSED, error.strerror or "OSError"
        return Outcome.ACCEPTED, ""

    def ask(self, reference: str) -> Outcome:
        needle = json.dumps(reference)
        for path in sorted(self.folder.glob("*.jsonl"), reverse=True):
            if any(needle in line for line in path.read_text().splitlines()):
                return Outcome.ACCEPTED
        return Outcome.REFUSED


BACKENDS = {"file": FileBackend}


def backend() -> Backend:
    """The configured gateway."""
    return BACKENDS[settings.SMS_BACKEND]()
