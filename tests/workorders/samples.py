"""Rows of the cast's store for each address of this room."""

from apps.workorders.services import freeze
from tests.workorders.factories import make_authorised_order, make_order, make_visit


def samples(cast) -> dict[str, dict]:
    order = make_order(cast)
    version = freeze(order, by=cast.advisor)
    row, line = {"pk": order.pk}, {"pk": order.pk, "line_pk": order.lines.first().pk}
    frozen = {"pk": order.pk, "number": version.number}
    consent = make_authorised_order(cast).versions.get().authorisation
    return {
        "workorders:create": {"visit_pk": make_visit(cast).pk},
        "workorders:detail": row,
        "workorders:options": row,
        "workorders:promise": row,
        "workorders:decline": row,
        "workorders:catalogue": row,
        "workorders:line_create": row,
        "workorders:free_line_create": row,
        "workorders:line_update": line,
        "workorders:line_remove": line,
        "workorders:photo_create": line,
        "workorders:version_create": row,
        "workorders:version": frozen,
        "workorders:phone_consent": frozen,
        "workorders:link_create": row,
        "api:work-order-detail": row,
        "api:work-order-lines": row,
        "api:work-order-authorise": row,
        "api:work-order-decline": row,
        "api:line-detail": {"pk": line["line_pk"]},
        "api:authorisation-detail": {"pk": consent.pk},
    }
