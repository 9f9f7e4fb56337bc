"""Rows of the cast's store for each address of this room."""

from tests.reception.factories import make_appointment, make_damage, make_visit, make_walk_around


def samples(cast) -> dict[str, dict]:
    waiting = make_visit(cast, status="waiting")
    visit = make_visit(cast)
    mark = make_damage(visit)
    row = {"pk": visit.pk}
    walk = make_walk_around(make_visit(cast))
    return {
        "reception:visit": row,
        "reception:meet": {"pk": waiting.pk},
        "reception:leave": row,
        "reception:walk_around": row,
        "reception:mark_create": row,
        "reception:mark_remove": {"pk": mark.pk},
        "reception:interview": row,
        "reception:slip_link": row,
        "api:visit-detail": row,
        "api:visit-meet": {"pk": waiting.pk},
        "api:appointment-arrival-arrive": {"pk": make_appointment(cast).pk},
        "api:inspection-detail": {"pk": walk.pk},
    }
