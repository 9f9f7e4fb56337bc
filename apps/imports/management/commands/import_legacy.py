"""``manage.py import_legacy DIR``: an old system's export into a store, or back out again."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.core.errors import DomainError
from apps.imports import console
from apps.imports.legacy.errors import KIND_NAMES
from apps.imports.legacy.folder import Folder, open_folder
from apps.imports.legacy.verdicts import Verdict
from apps.imports.models import ImportedRow, ImportRun
from apps.imports.services.importing import import_folder
from apps.imports.services.undoing import Undone, undo

SHOWN_KEPT = 50
STOPPED, SOME_KEPT = 130, 3


class Command(BaseCommand):
    """Import, try, or undo. Exit codes: 0 done (rows may be rejected), 1 not started or broken off,
    2 wrong usage, 3 undone except rows in use, 130 stopped by Ctrl-C."""

    help = (
        "Import customers, vehicles and visits from an old system's Excel and CSV files. "
        "It can be interrupted and repeated; --undo takes an import back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A folder, or a run to undo."""
        parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where the files are")
        parser.add_argument("--dry-run", action="store_true", help="judge every row and write nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write one JSON line per row")
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="day of the export, later dates are wrong"
        )
        parser.add_argument(
            "--store", metavar="CODE", help="store to import into; needed if there are several"
        )
        parser.add_argument("--by", metavar="LOGIN", help="user in whose name this is done")
        parser.add_argument("--undo", type=int, metavar="RUN", help="take back the import with this number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked; raises CommandError with the reason and a way out."""
        if (options["undo"] is None) == (options["folder"] is None):
            raise CommandError(_("Name a folder to import, or a run with --undo."), returncode=2)
        self.progress = console.Progress(self._tell if options["verbosity"] else lambda text: None)
        try:
            if options["undo"] is not None:
                self._undo(options["undo"])
            else:
                self._import(options)
        except DomainError as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:
            broken = _("Broken off: %(error)s Nothing is half done; run the same command again to go on.")
            raise CommandError(broken % {"error": f"{error}".strip()}) from error
        except KeyboardInterrupt:
            raise CommandError(
                _("Stopped. Run the same command again to go on."), returncode=STOPPED
            ) from None

    def _import(self, options: dict[str, Any]) -> None:
        store = _store(options["store"])
        by = _user(options["by"], store) if options["by"] else None
        folder = self._open(options["folder"])
        with console.Report(options["report"]) as report:

            def on_batch(table: Any, lines: Any) -> None:
                report.add(table, lines)
                rows = sum(isinstance(line, Verdict) for line in lines)
                self.progress.step(f"{table.name} ({KIND_NAMES[table.kind]})", rows)

            result = import_folder(
                folder,
                store=store,
                as_of=options["as_of"],
                operator=by.username if by else _who(),
                by=by,
                dry_run=options["dry_run"],
                on_batch=on_batch,
            )
        self.progress.end()
        self.stdout.write(console.summary(result.counts.kinds))
        self.stdout.write("")
        if result.run is None:
            self.stdout.write(_("Dry run: nothing was written."))
        else:
            done = _("Import %(run)s into %(store)s is finished. Take it back with --undo %(run)s.")
            self.stdout.write(done % {"run": result.run.pk, "store": store})

    def _open(self, path: Path) -> Folder:
        try:
            folder = open_folder(path.resolve())
        except NotADirectoryError:
            raise CommandError(_("%(path)s is not a folder.") % {"path": path}) from None
        for name, why in folder.ignored:
            self._tell(_("Left out: %(file)s. %(why)s") % {"file": name, "why": why})
        return folder

    def _undo(self, number: int) -> None:
        run = ImportRun.objects.select_related("store").filter(pk=number).first()
        if run is None:
            raise CommandError(_("There is no import %(run)s.") % {"run": number})
        names = dict(ImportedRow.Kind.choices)
        done = undo(run, on_batch=lambda kind, rows: self.progress.step(str(names[kind]), rows))
        self.progress.end()
        body = [[str(names[kind]), f"{rows:,}"] for kind, rows in done.removed.items()]
        body = [line for line in body if line[1] != "0"]
        for line in console.in_columns([["", _("removed")], *body]):
            self.stdout.write(line)
        self._say_kept(done)

    def _say_kept(self, done: Undone) -> None:
        for kept in done.kept[:SHOWN_KEPT]:
            stays = _("%(name)s stays: it is in use (%(rooms)s).")
            self.stdout.write(stays % {"name": kept.name, "rooms": ", ".join(kept.used_by)})
        if len(done.kept) > SHOWN_KEPT:
            self.stdout.write(_("… and %(count)d more stay.") % {"count": len(done.kept) - SHOWN_KEPT})
        if done.kept:
            some = _("%(count)d customers and vehicles are in use since the import and stay.")
            raise CommandError(some % {"count": len(done.kept)}, returncode=SOME_KEPT)

    def _tell(self, text: str) -> None:
        self.stderr.write(text, style_func=str)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "?"


def _store(code: str | None) -> Store:
    stores = list(Store.objects.filter(**({"code": code} if code else {}))[:20])
    if len(stores) == 1:
        return stores[0]
    known = ", ".join(Store.objects.values_list("code", flat=True)[:20])
    if not known:
        raise CommandError(_("There is no store yet. Open the start page once to make one."))
    if code:
        raise CommandError(
            _("There is no store “%(code)s”. Known: %(known)s.") % {"code": code, "known": known}
        )
    raise CommandError(_("There are several stores. Say which with --store: %(known)s.") % {"known": known})


def _user(login: str, store: Store) -> User:
    user = User.objects.active().filter(username__iexact=login, group_id=store.group_id).first()
    if user is None or not user.has_perm("imports.run"):
        raise CommandError(_("“%(login)s” is nobody who may import here.") % {"login": login})
    return user
