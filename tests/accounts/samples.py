"""Rows of the cast's store for each address of this room."""


def samples(cast) -> dict[str, dict]:
    return {
        f"accounts:{name}": {"pk": cast.advisor.pk}
        for name in ("person_update", "token_create", "token_remove")
    }
