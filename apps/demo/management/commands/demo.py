"""``manage.py demo``: a living store, or a long closed history for measurements."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import translation

from apps.accounts.models import User
from apps.demo import bulk, house, month, morning, past
from apps.demo.time import Clock
from apps.workshop import day_use


class Command(BaseCommand):
    help = "Fill an empty database with the demo store."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=21, help="days of delivered orders before today (orders 7 a week)"
        )
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--orders", type=int, default=0, help="add this many closed orders by COPY")

    def handle(self, *args: Any, days: int, seed: int, orders: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is for demo databases only. Set DEMO=1.")
        if User.objects.exists():
            raise CommandError("This database has people already. The demo needs an empty one.")
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")  # a demo broken off is made anew
        with translation.override(settings.LANGUAGE_CODE):
            clock = Clock()
            clock.to(clock.at(7, days=-max(days, 16)))
            built = house.build(seed)
            closed = {"answered": max(0, days - 6), "due": min(days, 6)}
            month.lay(built, seed, clock.day, elsewhere=past.days(clock.day, **closed))
            past.lay(built, clock, **closed)
            house.roster(built.store)
            morning.lay(built, clock)
            day_use.record_all()
        if orders:
            bulk.lay(built, orders)
        self.stdout.write(f"{User.objects.count()} people, {clock.now:%Y-%m-%d %H:%M}")
