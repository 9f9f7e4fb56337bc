"""``manage.py verify``: recompute what the rows must bear out, and name every difference."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.desk import seals
from apps.desk.models import File
from apps.money import selectors as money
from apps.parts import selectors as parts
from apps.workorders import selectors as workorders

FILES = 500


class Command(BaseCommand):
    """Exit status 0 when all adds up, 1 on any difference. Reads only; safe beside a running house."""

    help = "Check ledgers, totals, frozen versions, sealed history and files; exit 1 on any difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many of the newest files are read again; 0 reads all of them."""
        parser.add_argument("--files", type=int, default=FILES, help="newest files to read (0: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a check, then each difference; raises CommandError when there is one."""
        checks: list[tuple[str, Callable[[], list[str]]]] = [
            ("money ledger", money.differences),
            ("stock ledger", parts.ledger_differences),
            ("order totals", workorders.total_differences),
            ("order versions", workorders.version_differences),
            ("history", lambda: list(seals.differences())),
            ("files", lambda: list(file_differences(options["files"]))),
        ]
        found = 0
        for name, check in checks:
            differences = check()
            found += len(differences)
            self.stdout.write(f"{name}: {f'{len(differences)} difference(s)' if differences else 'in order'}")
            for sentence in differences:
                self.stdout.write(f"  {sentence}")
        if found:
            raise CommandError(f"{found} difference(s) found.")


def file_differences(limit: int) -> Iterator[str]:
    """Sentences about the newest ``limit`` files (0: all) whose bytes are gone or altered. One query."""
    rows = File.objects.order_by("-created_at").iterator(chunk_size=500)
    for file in islice(rows, limit or None):
        try:
            data = file.read()
        except FileNotFoundError:
            yield f"file {file.pk}: {file.name} is missing on disk"
        except (OSError, ValueError) as error:
            yield f"file {file.pk}: {error}"
        else:
            if len(data) != file.size:
                yield f"file {file.pk}: {len(data)} bytes on disk, {file.size} recorded"
