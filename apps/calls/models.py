"""One engine for every call to a customer: due, claimed, attempted, done.

A queue (level-2, N+15, post-repair …) is registered by the room that owns its form. A
later room's row (the filled form) points one-to-one to the ``Call``.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.accounts.roles import Role
from apps.customers.models import Customer, Vehicle


class Call(models.Model):
    """A call that must be made within a window of days, by whoever claims it first.

    Two agents never hold the same customer: a claim locks every open call of the customer.
    A first attempt that did not reach anybody brings it back within two days; after the
    second it may be completed as unreached. Source: callback rules of the domain description.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SUSPENDED = "suspended", _("Suspended")
        CORRECTION = "correction", _("Waiting for a number")
        DONE = "done", _("Done")
        UNREACHED = "unreached", _("Closed as unreached")
        CANCELLED = "cancelled", _("Cancelled")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    queue = models.CharField(_("queue"), max_length=30)
    key = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    opens_on = models.DateField(_("from"))
    closes_on = models.DateField(_("until"))
    due_at = models.DateTimeField(_("next attempt"))
    attempt_count = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person_spoken_to = models.CharField(_("spoken to"), max_length=60, blank=True)
    created_at = models.DateTimeField()

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="call_window_in_order"),
            models.CheckConstraint(
                condition=~Q(state="unreached") | Q(attempt_count__gte=2), name="unreached_after_two_attempts"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "unreached"])
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="finished_call_names_its_caller",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "queue", "closes_on"], name="call_open", condition=Q(state="open")),
            models.Index(fields=["customer"], name="call_customer"),
            models.Index(fields=["subject"], name="call_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.customer}"


class Attempt(models.Model):
    """One try to reach the customer, under the agent's own name."""

    class Outcome(models.TextChoices):
        REACHED = "reached", _("Reached")
        NO_ANSWER = "no_answer", _("No answer")
        BUSY = "busy", _("Busy")
        SWITCHED_OFF = "off", _("Switched off")
        WRONG_NUMBER = "wrong", _("Wrong number")
        REFUSED = "refused", _("Refused")
        CALL_LATER = "later", _("Asked to call later")

    call = models.ForeignKey(Call, models.CASCADE, related_name="attempts")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("when"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    again_at = models.DateTimeField(_("again at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    def __str__(self) -> str:
        return self.get_outcome_display()
