"""Who owns a complaint, and the clock's escalations."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import Store, User
from apps.accounts.roles import Role
from apps.complaints.models import Complaint
from apps.core import clock
from apps.core.errors import DomainError

OWNERS = {
    Complaint.Cause.CONDUCT: Role.STATION_HEAD,
    Complaint.Cause.PROMISE: Role.RECEPTION_SUPERVISOR,
    Complaint.Cause.EXPECTATION: Role.RECEPTION_SUPERVISOR,
}
"""Who owns which cause; everything else, and whatever is sensitive, is the service manager's."""


def owner_for(store: Store, cause: str, *, is_sensitive: bool = False) -> User:
    """The owner by rule, falling back to any manager of the store. At most two queries."""
    role = Role.SERVICE_MANAGER if is_sensitive else OWNERS.get(Complaint.Cause(cause), Role.SERVICE_MANAGER)
    people = User.objects.active().filter(store=store)
    owner = (
        people.filter(role=role).first()
        or people.filter(role__in=[Role.SERVICE_MANAGER, Role.STATION_HEAD]).order_by("-role").first()
    )
    if owner is None:
        raise DomainError(
            _("%(store)s has no manager to own a complaint. Ask the administrator to add one.")
            % {"store": store},
            code="no_complaint_owner",
        )
    return owner


def escalate_due(limit: int = 50) -> int:
    """Escalate what has passed a mark of its clock; concurrent workers take different rows."""
    now = clock.now()
    for count in range(limit):
        with transaction.atomic():
            complaint = (
                Complaint.objects.to_escalate(now).select_for_update(skip_locked=True, of=("self",)).first()
            )
            if complaint is None:
                return count
            complaint.escalate(now)
    return limit
