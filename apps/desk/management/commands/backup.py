"""``manage.py backup FILE``: database and files as of one moment, in one private file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.desk import backup


class Command(BaseCommand):
    """Safe beside a running house. Keep the SECRET_KEY elsewhere: it is not in the file."""

    help = "Write the database and every file it names to FILE; exit 1 when that failed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Write, say how much, and warn of files that are gone from the disk."""
        try:
            made = backup.save(file.absolute())
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        for name in made["missing"]:
            self.stderr.write(self.style.WARNING(f"missing on disk, not in the backup: {name}"))
        size = file.stat().st_size / 1e6
        self.stdout.write(f"{file}: the database and {made['files']} file(s), {size:,.1f} MB")
