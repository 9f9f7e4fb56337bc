"""Rows of the cast's store for each address of this room."""

from tests.complaints.factories import make_complaint


def samples(cast) -> dict[str, dict]:
    one = {"pk": make_complaint(cast).pk}
    pages = {f"complaints:{name}": one for name in ("detail", "answer", "close")}
    return pages | {f"api:complaint-{name}": one for name in ("detail", "answer", "close")}
