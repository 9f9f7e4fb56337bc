"""The default way: nothing leaves the house."""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings

from apps.core import clock
from apps.messaging.gateways.base import Answer, Backend, Outcome, Parcel


class FileBackend(Backend):
    """One JSON line a message under ``var/outbox``; for trying things out and for tests."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__({})
        self.folder = folder or settings.VAR / "outbox"

    @property
    def path(self) -> Path:
        return self.folder / f"{clock.today():%Y-%m-%d}.jsonl"

    def send(self, parcel: Parcel) -> Answer:
        values = {"reference": parcel.reference, "phone": parcel.address, "text": parcel.text}
        line = json.dumps(values, ensure_ascii=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # One write of one line with O_APPEND: lines of several workers do not mix.
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, (line + "\n").encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            return Answer(Outcome.REFUSED, error.strerror or "OSError")
        return Answer(Outcome.ACCEPTED)

    def ask(self, parcel: Parcel) -> Answer:
        needle = json.dumps(parcel.reference)
        for path in sorted(self.folder.glob("*.jsonl"), reverse=True):
            if any(needle in line for line in path.read_text().splitlines()):
                return Answer(Outcome.ACCEPTED)
        return Answer(Outcome.REFUSED)
