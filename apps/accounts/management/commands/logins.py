"""``manage.py logins``: who can log in to a demo database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.accounts.roles import Role

PASSWORD = "demo-demo-1"  # the demo's, printed for whoever tries it out


class Command(BaseCommand):
    help = "Print one login per role of a demo database."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only demo databases have logins to print.")
        seen: set[str] = set()
        self.stdout.write(f"Password for everybody: {PASSWORD}")
        for user in User.objects.active().order_by("pk"):
            if user.role not in seen and user.check_password(PASSWORD):
                seen.add(user.role)
                self.stdout.write(
                    f"  {user.username:<12} {Role(user.role).value.replace('_', ' '):<22} {user.name}"
                )
