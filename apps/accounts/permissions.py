"""What each role may do.

A room declares its permissions in ``permissions.py``, loaded by its ``ready()``. A
permission is named ``room.verb``. ``tests/access/table.txt`` is the reviewed picture of
the outcome: each page, each role.
"""

from apps.accounts.roles import Role

_granted: dict[str, frozenset[Role]] = {}


def declare(perm: str, *roles: Role) -> None:
    """Grant ``perm`` to ``roles``. Declaring the same permission differently is a mistake."""
    granted = frozenset(roles)
    if _granted.setdefault(perm, granted) != granted:
        raise ValueError(f"Permission {perm} is declared twice with different roles.")


def roles_for(perm: str) -> frozenset[Role]:
    """The roles that hold ``perm``. Raises LookupError for a name nobody declared."""
    try:
        return _granted[perm]
    except KeyError:
        raise LookupError(f"Nobody declared the permission {perm!r}.") from None


def declared() -> dict[str, frozenset[Role]]:
    """All permissions with their roles."""
    return dict(_granted)
