"""Rows of the cast's store for each address of this room."""

from tests.appointments.factories import make_appointment


def samples(cast) -> dict[str, dict]:
    row = {"pk": make_appointment(cast.store, by=cast.advisor).pk}
    pages = ("detail", "confirm", "cancel", "no_show", "reschedule")
    api = ("detail", "confirm", "cancel", "reschedule")
    return {f"appointments:{name}": row for name in pages} | {f"api:appointment-{name}": row for name in api}
