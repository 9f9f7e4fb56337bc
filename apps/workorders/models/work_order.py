"""The work order (任务委托书): what the customer authorised us to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet
from apps.capacity.models import Holder
from apps.core.money import MoneyField
from apps.customers.models import Customer, Vehicle
from apps.reception.models import Visit


class WorkOrder(models.Model):
    """One vehicle's order, from estimate to hand-back.

    ``status`` is written by ``_move`` alone; ``NEXT`` is the whole map. Later rooms call the
    ``move_…`` verbs when their own conditions hold.
    """

    class Status(models.TextChoices):
        ESTIMATE = "estimate", _("Estimate")
        AUTHORISED = "authorised", _("Authorised")
        IN_WORK = "in_work", _("In repair")
        AWAITING_QC = "awaiting_qc", _("Quality check")
        READY = "ready", _("Ready")
        SETTLED = "settled", _("Settled")
        DELIVERED = "delivered", _("Delivered")
        DECLINED = "declined", _("Declined")

    NEXT: dict[str, set[Any]] = {
        Status.ESTIMATE: {Status.AUTHORISED, Status.DECLINED},
        Status.AUTHORISED: {Status.IN_WORK},
        Status.IN_WORK: {Status.AWAITING_QC},
        Status.AWAITING_QC: {Status.READY, Status.IN_WORK},
        Status.READY: {Status.SETTLED, Status.IN_WORK},
        Status.SETTLED: {Status.DELIVERED},
        Status.DELIVERED: set(),
        Status.DECLINED: set(),
    }
    OPEN = (
        Status.ESTIMATE,
        Status.AUTHORISED,
        Status.IN_WORK,
        Status.AWAITING_QC,
        Status.READY,
        Status.SETTLED,
    )

    class OldParts(models.TextChoices):
        RETURN = "return", _("Give back")
        DISPOSE = "dispose", _("Dispose of")
        KEEP = "keep", _("Keep for warranty")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("order number"), max_length=20, unique=True)
    visit = models.OneToOneField(Visit, models.PROTECT, null=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("advisor")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ESTIMATE)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    customer_words = models.TextField(_("the customer's words"), blank=True)
    holder = models.OneToOneField(Holder, models.PROTECT, null=True, related_name="+")
    comeback_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    computed_ready_at = models.DateTimeField(_("computed completion"), null=True, blank=True)
    promise_reason = models.CharField(_("reason for the earlier promise"), max_length=200, blank=True)
    old_parts = models.CharField(
        _("old parts"), max_length=8, choices=OldParts.choices, default=OldParts.RETURN
    )
    wants_wash = models.BooleanField(_("free wash"), default=True)
    tolerance_amount = MoneyField(_("tolerance"), default=0)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = StoreOwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(closed_reason=""), name="declined_order_says_why"
            ),
            models.CheckConstraint(condition=Q(tolerance_amount__gte=0), name="tolerance_not_negative"),
        ]
        indexes = [
            models.Index(fields=["store", "-id"], name="order_newest"),
            models.Index(fields=["store", "status", "-id"], name="order_by_status"),
            models.Index(fields=["store", "advisor", "-id"], name="order_by_advisor"),
            models.Index(fields=["vehicle", "-id"], name="order_of_vehicle"),
            models.Index(fields=["customer", "-id"], name="order_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def event_thread(self) -> str:
        """Orders are part of the vehicle's story. No query."""
        return f"customers.vehicle:{self.vehicle_id}"
