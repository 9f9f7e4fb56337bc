"""Rows for each address of this room. The price list is the group's: a neighbour reads it too."""

from tests.catalog.factories import make_operation, make_package, make_part

OF_THE_GROUP = {
    "catalog:operation_update",
    "catalog:part_update",
    "catalog:package",
    "catalog:package_update",
}
"""Addresses whose rows belong to the group and not to one store."""


def samples(cast) -> dict[str, dict]:
    package = {"pk": make_package(cast).pk}
    return {
        "catalog:operation_update": {"pk": make_operation(cast).pk},
        "catalog:part_update": {"pk": make_part(cast).pk},
        "catalog:package": package,
        "catalog:package_update": package,
    }
