"""Verbs of the workshop that touch more than one row."""

from apps.workshop.services.dispatching import dispatch_order
from apps.workshop.services.flow import add_photo, report_delay, report_finding, submit_for_qc
from apps.workshop.services.opening import follow, open_jobs, open_missing
from apps.workshop.services.taking import take

__all__ = [
    "add_photo",
    "dispatch_order",
    "follow",
    "open_jobs",
    "open_missing",
    "report_delay",
    "report_finding",
    "submit_for_qc",
    "take",
]
