"""``manage.py csi_recompute``.

Every satisfaction figure from the raw answers and the draw log, to the digit.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.callbacks import recompute


class Command(BaseCommand):
    """Exit status 0 when all agrees, 1 on any difference. Reads only, but for ``--write``."""

    help = "Recompute every satisfaction figure from raw answers and draw log; exit 1 on any difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--write`` writes the running sums anew, ``--list`` prints every index."""
        parser.add_argument("--write", action="store_true", help="write the running sums anew first")
        parser.add_argument("--list", action="store_true", help="print every index")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what differs; raises CommandError when something does."""
        if options["write"]:
            self.stdout.write(f"{recompute.rebuild()} sum(s) written.")
        if options["list"]:
            for where, index in recompute.indices():
                self.stdout.write(f"{where}: {index}")
        found = list(recompute.differences())
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} difference(s) found.")
        self.stdout.write("Every figure is what the answers give.")
