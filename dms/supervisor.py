"""Runs several programs as one: their logs in one place, stopped together, none left behind."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, TextIO

COLOURS = (36, 33, 35, 32, 34)
LOG_BYTES, LOG_FILES = 5_000_000, 5


@dataclass(frozen=True)
class Program:
    """One program: a short name for its log lines, its command, and how long it may take to end."""

    name: str
    argv: Sequence[str]
    patience_seconds: float = 10


@dataclass
class _Child:
    program: Program
    process: subprocess.Popen
    reader: threading.Thread = field(repr=False)


class Supervisor:
    """Starts ``programs`` in order, stops them in reverse when it is told to or when one of them ends."""

    def __init__(
        self, programs: Sequence[Program], *, log_dir: Path, environment: Mapping[str, str], out: TextIO
    ) -> None:
        self._programs = programs
        self._log_dir = log_dir
        self._environment = dict(environment) | {"PYTHONUNBUFFERED": "1"}
        self._out = out
        self._colour = out.isatty()
        self._width = max(len(program.name) for program in programs)
        self._children: list[_Child] = []
        self._screen = threading.Lock()
        self._asked = threading.Event()
        self._asked_again = threading.Event()

    def run(self) -> int:
        """Run until Ctrl-C, SIGTERM or SIGHUP (0), or until a program ends by itself (1)."""
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            for program in self._programs:
                self._start(program)
            dead = None
            while not self._asked.is_set() and not (dead := self._first_dead()):
                self._asked.wait(0.1)
            if dead:
                self.say(f"{dead.program.name} ended by itself {_how(dead.process)}; everything is stopped.")
            return 1 if dead else 0
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        # A screen that is gone (`make run | head`) must not stop the logs, nor block a program.
        with self._screen, contextlib.suppress(OSError, ValueError):
            self._out.write(f"{text}\n")
            self._out.flush()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked.is_set():
            self._asked_again.set()
        self._asked.set()

    def _start(self, program: Program) -> None:
        # A session of its own: Ctrl-C reaches only us, and we stop the programs in order.
        process = subprocess.Popen(
            [*_dies_with_us(), *program.argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            start_new_session=True,
        )
        assert process.stdout is not None
        reader = threading.Thread(target=self._copy, args=(program.name, process.stdout), daemon=True)
        reader.start()
        self._children.append(_Child(program, process, reader))

    def _copy(self, name: str, source: IO[bytes]) -> None:
        """Copy a program's lines to the screen, with its name before them, and to its rotated file."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            self._log_dir / f"{name}.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8"
        )
        file.setFormatter(logging.Formatter("%(message)s"))
        prefix = f"{name:<{self._width}} | "
        if self._colour:
            number = [program.name for program in self._programs].index(name)
            prefix = f"\033[{COLOURS[number % len(COLOURS)]}m{prefix}\033[0m"
        with source:
            for raw in source:
                line = raw.decode(errors="replace").rstrip()
                if not line:
                    continue
                self.say(prefix + line)
                file.emit(logging.LogRecord(name, logging.INFO, "", 0, line, None, None))
        file.close()

    def _first_dead(self) -> _Child | None:
        return next((child for child in self._children if child.process.poll() is not None), None)

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            self._stop(child)
        for child in self._children:
            child.reader.join(timeout=5)

    def _stop(self, child: _Child) -> None:
        """Ask a program to end, then insist; its own children go with it."""
        if child.process.poll() is None:
            child.process.terminate()
            waited = 0.0
            while child.process.poll() is None and waited < child.program.patience_seconds:
                if self._asked_again.wait(0.05):
                    break
                waited += 0.05
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the whole group has ended
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _dies_with_us() -> list[str]:
    """Words before a command so that it is told to end even if we are killed outright."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _how(process: subprocess.Popen) -> str:
    code = process.returncode
    return f"with code {code}" if code >= 0 else f"by signal {signal.Signals(-code).name}"
