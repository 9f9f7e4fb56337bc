"""Names in old exports that mean people and models of ours. Read once a run."""

from __future__ import annotations

from collections import Counter

from apps.accounts.models import Store, User
from apps.catalog.models import VehicleModel
from apps.desk.models.search import fold


class Advisors:
    """People of the store by name. A name that two of them bear means neither."""

    def __init__(self, store: Store) -> None:
        people = list(User.objects.active().filter(store=store).values_list("name", "pk"))
        often = Counter(name for name, _pk in people)
        self._ids = {name: pk for name, pk in people if often[name] == 1}

    def named(self, name: str) -> int | None:
        """The person's id, or None."""
        return self._ids.get(name) if name else None


class Models:
    """Models of the group's price list by name, with or without the brand before it."""

    def __init__(self, store: Store) -> None:
        rows = VehicleModel.objects.filter(brand__group_id=store.group_id)
        names: dict[str, set[int]] = {}
        for pk, brand, model in rows.values_list("pk", "brand__name", "name"):
            for spelled in {fold(model), fold(brand + model)}:
                names.setdefault(spelled, set()).add(pk)
        self._ids = {name: min(ids) for name, ids in names.items() if len(ids) == 1}

    def named(self, brand: str, model: str) -> int | None:
        """The model's id; None for an unknown name, and for one that several brands use."""
        if not model:
            return None
        bare = not brand or fold(model).startswith(fold(brand))
        return self._ids.get(fold(brand + model)) or (self._ids.get(fold(model)) if bare else None)
