"""Other programs that use the embedded services: separate processes, killed or left to end."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRELUDE = (
    "import os, sys, signal\nfrom pathlib import Path\nfrom dms.embedded import *\nhere = Path(sys.argv[1])\n"
)


def run(code: str, folder: Path, *, user: int | None = None) -> str:
    """Run a program to its end; what it printed. Returns only once nobody holds its output any more."""
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + _become(user) + code, str(folder)], capture_output=True, text=True,
        cwd=ROOT, timeout=60, env=_environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def running(code: str, folder: Path) -> Iterator[subprocess.Popen]:
    """A program that ran ``code`` and now stays alive; it ends when the block is left."""
    code = PRELUDE + code + "\nprint('ready', flush=True)\nsys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=_environment(),
    )  # fmt: skip
    try:
        for line in child.stdout:
            if line.strip() == "ready":
                break
        else:
            raise AssertionError(f"the program ended with {child.wait()}")
        yield child
    finally:
        child.stdin.close()
        child.wait(timeout=30)
        child.stdout.close()


def _become(user: int | None) -> str:
    """Root becomes ``user`` only inside the program: the interpreter may lie where only root may go."""
    if user is None:
        return ""
    if not all(parent.stat().st_mode & stat.S_IXOTH for parent in Path(sys.prefix).parents):
        pytest.skip("the environment lies in a folder that is closed to other users")
    return f"import encodings.idna\nos.setgroups([]); os.setgid({user}); os.setuid({user})\n"


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
