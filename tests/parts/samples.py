"""Rows of the cast's store for each address of this room."""

from tests.parts.factories import make_demand, make_stock


def samples(cast) -> dict[str, dict]:
    item = make_stock(cast)
    demand = {"pk": make_demand(cast, item.part, 1).pk}
    row = {"pk": item.pk}
    return {
        "parts:item": row,
        "parts:count": row,
        "parts:place": row,
        "parts:issue": demand,
        "parts:expect": demand,
        "parts:return": demand,
        "parts:release": demand,
        "parts:reserve": demand,
        "api:part-detail": row,
        "api:part-receive": row,
    }
