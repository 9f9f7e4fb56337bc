"""The migrated cluster of an earlier run, kept while no migration changes: a run starts seconds sooner.

Never in CI, where every run migrates from nothing. `make clean` forgets it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from dms.embedded.binaries import postgres_bin, postgres_version
from dms.embedded.process import exclusive

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".pytest_cache" / "migrated-cluster"
DONE = "template.done"
PARTS = ("postgres.password", DONE)


def bring(folder: Path) -> None:
    """Put the kept cluster into the folder of this run, if there is one for today's migrations."""
    with _locked():
        kept = KEPT / key()
        if _wanted() and kept.exists():
            shutil.copytree(kept, folder, dirs_exist_ok=True)


def keep(folder: Path) -> None:
    """Keep the stopped cluster of this run, if it was migrated and none is kept for its migrations."""
    if not _wanted() or not (folder / DONE).exists():
        return
    with _locked():
        kept = KEPT / (folder / DONE).read_text()
        if kept.exists():
            return
        shutil.rmtree(KEPT, ignore_errors=True)
        fresh = KEPT / "new"
        fresh.mkdir(parents=True, mode=0o700)
        shutil.copytree(folder / "postgres", fresh / "postgres")
        for name in PARTS:
            shutil.copy(folder / name, fresh / name)
        fresh.rename(kept)


def _locked() -> AbstractContextManager[None]:
    KEPT.parent.mkdir(exist_ok=True)
    return exclusive(KEPT.with_name(KEPT.name + ".lock"))


def _wanted() -> bool:
    return not os.environ.get("CI")


def key() -> str:
    """Everything the template is made from."""
    digest = hashlib.sha256(f"PostgreSQL {postgres_version(postgres_bin())}\n".encode())
    sources = [*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("tests/harness/*.py")]
    for path in [ROOT / "requirements.txt", ROOT / "dms" / "rooms.py", *sorted(sources)]:
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]
