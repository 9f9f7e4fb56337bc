"""A call before the service is due (主动预约): why it is made, and what came of it."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import StoreOwnedQuerySet
from apps.appointments.forecast import DueItem
from apps.appointments.models.appointment import Appointment
from apps.calls.models import Call
from apps.customers.models import ServiceRecord, Vehicle


class ProactiveQuerySet(StoreOwnedQuerySet):
    """Sets of proactive calls."""

    def standing(self) -> Self:
        """Still to be made, or held up."""
        return self.filter(call__state__in=["open", "suspended", "correction"])

    def lost(self) -> Self:
        """The car went elsewhere, and has not been here since."""
        since = ServiceRecord.objects.filter(
            vehicle=OuterRef("vehicle"), arrived_on__gt=OuterRef("call__finished_at__date")
        )
        return self.filter(~Exists(since), result=ProactiveCall.Result.LOST)


class ProactiveCall(models.Model):
    """What makes a call necessary; ``result`` once it is completed. ``keys`` are called about once."""

    class Result(models.TextChoices):
        BOOKED = "booked", _("Booked")
        LATER = "later", _("Call again later")
        REFUSED = "refused", _("Does not want to come")
        LOST = "lost", _("Customer lost")

    class Lost(models.TextChoices):
        MOVED = "moved", _("Moved away")
        SOLD = "sold", _("Car sold or scrapped")
        COMPETITOR = "competitor", _("Goes to another workshop")
        DISSATISFIED = "dissatisfied", _("Dissatisfied with us")
        PRICE = "price", _("Too expensive")
        INDIFFERENT = "indifferent", _("Does not care about maintenance")
        OTHER = "other", _("Another reason")

    call = models.OneToOneField(Call, models.PROTECT, related_name="proactive")
    store = models.ForeignKey("accounts.Store", models.PROTECT, related_name="+", editable=False)
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="proactive_calls", editable=False)
    keys = ArrayField(models.CharField(max_length=40), editable=False)
    items = models.JSONField(editable=False)
    due_on = models.DateField(_("due on"), editable=False)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices, blank=True)
    appointment = models.OneToOneField(
        Appointment, models.PROTECT, null=True, related_name="proactive_call", editable=False
    )
    again_on = models.DateField(_("call again on"), null=True, blank=True)
    lost_reason = models.CharField(_("why lost"), max_length=12, choices=Lost.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ProactiveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(result="booked") | Q(appointment__isnull=False),
                name="booked_call_has_appointment",
            ),
            models.CheckConstraint(
                condition=~Q(result="later") | Q(again_on__isnull=False), name="later_call_has_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(result="lost") | ~Q(lost_reason=""), name="lost_call_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(result="refused") | ~Q(reason=""), name="refused_call_says_why"
            ),
        ]
        indexes = [models.Index(fields=["vehicle"], name="proactive_vehicle")]
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return ", ".join(item.words for item in self.due)

    @property
    def due(self) -> list[DueItem]:
        """What is due, the soonest first."""
        return [DueItem.of_json(kept) for kept in self.items]

    def settle(self, result: str, **fields: Any) -> None:
        """What came of it. Call through ``proactive.complete``."""
        self.result = result
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["result", *fields])
