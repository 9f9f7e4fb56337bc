"""Complaints for tests."""

from typing import Any

from apps.complaints.models import Complaint
from apps.complaints.services import owner_for
from tests.customers.factories import make_vehicle


def make_complaint(cast: Any, **fields: Any) -> Complaint:
    """An open complaint of ``cast.store`` about a vehicle."""
    if "customer" not in fields:
        vehicle = make_vehicle(cast)
        fields |= {"vehicle": vehicle, "customer": vehicle.owner}
    fields = {"words": "空调修了两次还是不凉", "cause": Complaint.Cause.WORKMANSHIP} | fields
    fields.setdefault("owner", owner_for(cast.store, fields["cause"]))
    return Complaint.take(store=cast.store, by=fields.pop("by", cast.advisor), **fields)
