"""``manage.py restore FILE``: put back what ``backup`` wrote."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from apps.accounts.models import User
from apps.desk import backup


class Command(BaseCommand):
    """Stop the program first. All of the database or nothing; afterwards it is migrated to this version."""

    help = "Put back the database and files of FILE. Refused over a house with people unless --replace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from, and whether what is there may go."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="give up what is in the database now")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        """Judge the file, then put it back."""
        try:
            manifest = backup.read_manifest(file)
            if _is_lived_in() and not replace:
                raise CommandError("There are people in this database. To give them up: --replace.")
            backup.load(file)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write(f"{file}: restored as of {manifest['made_at']}, {manifest['files']} file(s).")


def _is_lived_in() -> bool:
    try:
        return User.objects.exists()
    except DatabaseError:  # a database without tables
        return False
