"""Furnishing a store: the bays, people and hours of an ordinary dealership."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.capacity.models import OpeningHours, Resource
from apps.catalog.models import BayKind, Skill

BAYS = {
    BayKind.GENERAL: 8,
    BayKind.EXPRESS: 2,
    BayKind.DIAGNOSIS: 1,
    BayKind.BODY: 1,
    BayKind.PAINT: 1,
    BayKind.WASH: 1,
    BayKind.ALIGNMENT: 1,
}
PROFILES = (
    (Skill.GENERAL, Skill.ENGINE, Skill.ELECTRICAL),
    (Skill.GENERAL, Skill.ELECTRICAL, Skill.EV),
    (Skill.GENERAL, Skill.ENGINE),
    (Skill.GENERAL, Skill.BODY),
    (Skill.GENERAL, Skill.PAINT),
)
OPENS, CLOSES = time(8), time(18)


@transaction.atomic
@translation.override(settings.LANGUAGE_CODE)
def seed(store: Store, people: Iterable[User]) -> None:
    """Give ``store`` bays, technicians, advisors and hours; what is there already stays as it is.

    Of ``people`` the technicians repair (without one, the team leads) and the service advisors receive
    (without one, the reception supervisors). Every skill is held by somebody.
    """
    people = list(people)
    order = 0
    for kind, count in BAYS.items():
        for n in range(1, count + 1):
            order += 1
            name = f"{kind.label} {n}" if count > 1 else str(kind.label)
            _resource(store, Resource.Kind.BAY, name, order=order, bay_kind=kind)
    technicians = [p for p in people if p.role == Role.TECHNICIAN] or [
        p for p in people if p.role == Role.TEAM_LEAD
    ]
    for n, person in enumerate(technicians):
        mine = {s for i, p in enumerate(PROFILES) if i % len(technicians) == n for s in p}
        skills = [s for s in Skill if s in (mine or PROFILES[n % len(PROFILES)])]
        team = _("Team %(n)d") % {"n": n // 4 + 1}
        _resource(
            store, Resource.Kind.TECHNICIAN, person.name, order=n, person=person, skills=skills, team=team
        )
    receivers = [p for p in people if p.role == Role.SERVICE_ADVISOR] or [
        p for p in people if p.role == Role.RECEPTION_SUPERVISOR
    ]
    for n, person in enumerate(receivers):
        _resource(store, Resource.Kind.ADVISOR, person.name, order=n, person=person)
    for weekday in range(1, 8):
        OpeningHours.objects.get_or_create(
            store=store, weekday=weekday, defaults={"opens": OPENS, "closes": CLOSES}
        )


def _resource(store: Store, kind: str, name: str, *, person: User | None = None, **fields: object) -> None:
    known = {"person": person} if person else {"store": store, "kind": kind, "name": name}
    Resource.objects.get_or_create(
        **known, defaults={"store": store, "kind": kind, "name": name, "person": person, **fields}
    )
