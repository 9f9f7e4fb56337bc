"""``manage.py messages``: keep the translations complete without the gettext programs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core import catalogues, i18n


class Command(BaseCommand):
    """Write, check or compile the rooms' translations. Needs no database."""

    help = "Extract, check and compile the translations of every room (or of the rooms named)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one of three acts, and rooms for the first two."""
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument(
            "--write", action="store_true", help="bring the .po files up to date with the sources"
        )
        act.add_argument("--check", action="store_true", help="fail if a translation is missing or wrong")
        act.add_argument("--compile", action="store_true", help="build the .mo files that are out of date")
        parser.add_argument("rooms", nargs="*", help="rooms to write or check; all of them if none is named")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the act asked for; raises CommandError listing what is wrong."""
        root = Path(settings.BASE_DIR)
        rooms = options["rooms"] or i18n.rooms(root)
        if unknown := set(rooms) - set(i18n.rooms(root)):
            raise CommandError(f"There is no room named {', '.join(sorted(unknown))}.")
        if options["compile"]:
            built = catalogues.compile_all(root)
            if options["verbosity"] > 1 or built:
                self.stdout.write(f"Built {built} message file(s).")
        elif options["write"]:
            self._write(root, rooms)
        else:
            self._check(root, rooms)

    def _write(self, root: Path, rooms: list[str]) -> None:
        for room, lacking in catalogues.write(root, rooms).items():
            if lacking:
                name = catalogues.po_path(root, room).relative_to(root)
                self.stdout.write(f"{name}: {lacking} message(s) to translate")

    def _check(self, root: Path, rooms: list[str]) -> None:
        complaints = catalogues.check(root, rooms)
        for complaint in complaints:
            if complaint.is_warning:
                self.stderr.write(self.style.WARNING(f"warning: {complaint}"))
        failures = [str(complaint) for complaint in complaints if not complaint.is_warning]
        if failures:
            listing = "\n".join(failures)
            raise CommandError(
                f"{listing}\n{len(failures)} translation(s) to mend: manage.py messages --write"
            )
