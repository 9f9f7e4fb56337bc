"""Rows of the cast's store for each address of this room."""

from tests.workorders.factories import make_order


def samples(cast) -> dict[str, dict]:
    one = {"number": make_order(cast).number}
    return {f"quality:{name}": one for name in ("check", "check_create", "wash")}
