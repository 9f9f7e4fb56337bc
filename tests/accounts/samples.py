"""Rows of the cast's store for each address of this room."""


def samples(cast) -> dict[str, dict]:
    return {"accounts:person_update": {"pk": cast.advisor.pk}}
