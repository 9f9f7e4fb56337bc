"""Verbs of the work order, by what they act on."""

from apps.workorders.services.consent import authorise, authorise_now, freeze, send_link
from apps.workorders.services.lines import (
    LineSpec,
    add_lines,
    add_package,
    edit_line,
    package_specs,
    remove_line,
)
from apps.workorders.services.orders import change_options, decline, open_order
from apps.workorders.services.promise import compute_ready_at, set_promise
from apps.workorders.services.refusal import decline_lines

__all__ = [
    "LineSpec",
    "add_lines",
    "add_package",
    "authorise",
    "authorise_now",
    "change_options",
    "compute_ready_at",
    "decline",
    "decline_lines",
    "edit_line",
    "freeze",
    "open_order",
    "package_specs",
    "remove_line",
    "send_link",
    "set_promise",
]
