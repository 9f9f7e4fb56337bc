"""Reactions of this room."""

from __future__ import annotations

from apps.calls.models import Call
from apps.customers.models import Customer
from apps.desk.models import Event


def hear_of_customer(event: Event) -> None:
    """A customer's telephone number was changed: waiting calls come back, or, without one, wait."""
    if "phone" not in event.facts.get("fields", []):
        return
    customer = Customer.objects.get(pk=int(event.subject.rpartition(":")[2]))
    if customer.phone:
        Call.number_corrected(customer, by=event.actor)
    else:
        Call.number_removed(customer, by=event.actor)
