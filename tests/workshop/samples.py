"""Rows of the cast's store for each address of this room."""


def samples(cast) -> dict[str, dict]:
    return {}
