"""``python -m bench.lay N``: migrate an empty database and lay N closed orders into it."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.utils import translation

SEED = 7


def main(orders: int) -> None:
    """Minutes for a million orders."""
    django.setup()
    call_command("messages", "--compile", verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    from apps.demo import bulk, house  # models need Django to be up

    with translation.override("zh-hans"):
        bulk.lay(house.build(SEED), orders)


if __name__ == "__main__":
    main(int(sys.argv[1]))
