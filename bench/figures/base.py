"""What a job of the bench is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.test import Client, override_settings

from apps.accounts.models import User
from bench.measure import Figure, Site

BARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


@dataclass(frozen=True)
class Size:
    """How much there is to measure on."""

    orders: int
    full: bool


@dataclass(frozen=True)
class Job:
    """One run that takes the figures ``names``; ``compares`` says with what."""

    names: tuple[str, ...]
    compares: str
    run: Callable[[Size], dict[str, Figure]]


def cookie_of(user: User) -> str:
    """The Cookie header of somebody who has just logged in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def product(user: User, **headers: str) -> Site:
    """The product for a logged-in ``user``, with all its middleware."""
    return Site(cookie=cookie_of(user), **headers)


def bare(user: User) -> Site:
    """A floor for the same user: sessions and authentication, nothing else."""
    with override_settings(MIDDLEWARE=BARE):
        return Site(cookie=cookie_of(user))
