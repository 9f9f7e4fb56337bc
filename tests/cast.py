"""The cast: one house with one person per role, and a stranger from another house.

``cast.advisor`` is a service advisor of ``cast.store``; ``cast.stranger`` holds the same
role in a store of another group and must never see or change anything of ours.
``cast.neighbour`` is an advisor of another store of the same group.
"""

from types import SimpleNamespace

import pytest

from apps.accounts.models import DealerGroup, Store, User
from apps.accounts.roles import GROUP_WIDE, Role

PASSWORD = "the-Lifts-are-up-7"
NICKNAMES = {"service_advisor": "advisor", "quality_inspector": "inspector", "callback_agent": "agent"}


def person(role: str, store: Store | None, group: DealerGroup, username: str = "", **fields) -> User:
    """A user whose password is ``PASSWORD``."""
    fields.setdefault("name", username or role)
    return User.objects.create_user(username or role, PASSWORD, role=role, store=store, group=group, **fields)


@pytest.fixture
def cast(db):
    """Stores ``store``, ``other_store`` (same group), ``foreign_store``; people by role."""
    group = DealerGroup.objects.create(name="Lakeside Group")
    store = Store.objects.create(group=group, code="hz01", name="湖滨店", hotline="400-000-0001")
    other_store = Store.objects.create(group=group, code="hz02", name="城西店", hotline="400-000-0002")
    foreign = DealerGroup.objects.create(name="Foreign Group")
    foreign_store = Store.objects.create(group=foreign, code="nb01", name="Foreign store")
    people = {role.value: person(role, None if role in GROUP_WIDE else store, group) for role in Role}
    people |= {nickname: people[role] for role, nickname in NICKNAMES.items()}
    people["manager"] = people["service_manager"]
    return SimpleNamespace(
        group=group,
        store=store,
        other_store=other_store,
        foreign_store=foreign_store,
        neighbour=person(Role.SERVICE_ADVISOR, other_store, group, "neighbour"),
        stranger=person(Role.SERVICE_ADVISOR, foreign_store, foreign, "stranger"),
        roles={role: people[role.value] for role in Role},
        **people,
    )
