"""The work order (任务委托书): what the customer authorised us to do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.capacity.models import Holder
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.money import MoneyField, fen
from apps.customers.models import Customer, Vehicle
from apps.desk.live import announce
from apps.desk.models import Event
from apps.reception.models import Visit


class WorkOrderQuerySet(StoreOwnedQuerySet):
    """Sets of orders."""

    def open(self) -> Self:
        """In the house: neither delivered nor declined."""
        return self.filter(status__in=WorkOrder.OPEN)


class WorkOrder(models.Model):
    """One vehicle's order, from estimate to hand-back.

    ``status`` is written by ``_move`` alone; ``NEXT`` is the whole map. Later rooms call the
    ``move_…`` verbs when their own conditions hold. Prices include the tax of ``tax_percent``.
    The three totals are kept by the line verbs; ``selectors.total_differences`` proves them.
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
        Status.SETTLED: {Status.DELIVERED, Status.READY},
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
    EDITABLE = (Status.ESTIMATE, Status.AUTHORISED, Status.IN_WORK)
    """While lines may be added and changed freely."""
    CLOSING = (Status.AWAITING_QC, Status.READY)
    """While a price may still go down, and nothing else."""

    class OldParts(models.TextChoices):
        RETURN = "return", _("Give back")
        DISPOSE = "dispose", _("Dispose of")
        KEEP = "keep", _("Keep for warranty")

    class PaymentMethod(models.TextChoices):
        CASH = "cash", _("Cash")
        CARD = "card", _("Card")
        WECHAT = "wechat", _("WeChat Pay")
        ALIPAY = "alipay", _("Alipay")
        TRANSFER = "transfer", _("Transfer")
        ACCOUNT = "account", _("On account")

    class HandBack(models.TextChoices):
        COLLECT = "collect", _("The customer collects")
        BRING = "bring", _("We bring the car")

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    number = models.CharField(_("order number"), max_length=40, unique=True)
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
    comeback_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="comebacks")
    wished_at = models.DateTimeField(_("wished by the customer"), null=True, blank=True)
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    computed_ready_at = models.DateTimeField(_("computed completion"), null=True, blank=True)
    promise_reason = models.CharField(_("reason for the earlier promise"), max_length=200, blank=True)
    payment_method = models.CharField(
        _("payment"), max_length=10, choices=PaymentMethod.choices, default=PaymentMethod.WECHAT
    )
    old_parts = models.CharField(
        _("old parts"), max_length=8, choices=OldParts.choices, default=OldParts.RETURN
    )
    wants_wash = models.BooleanField(_("free wash"), default=True)
    hand_back = models.CharField(
        _("way of hand-back"), max_length=8, choices=HandBack.choices, default=HandBack.COLLECT
    )
    contact_name = models.CharField(_("who may consent"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone for questions"), max_length=20, blank=True)
    tolerance_amount = MoneyField(_("tolerance"), default=0)
    tolerance_minutes = models.PositiveSmallIntegerField(_("tolerance, minutes"), default=0)
    tax_percent = models.DecimalField(_("tax, %"), max_digits=4, decimal_places=2, default=Decimal(13))
    labour_total = MoneyField(_("labour"), default=0)
    parts_total = MoneyField(_("parts"), default=0)
    total = MoneyField(_("total"), default=0)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(_("reason"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(closed_reason=""), name="declined_order_says_why"
            ),
            models.CheckConstraint(condition=Q(tolerance_amount__gte=0), name="tolerance_not_negative"),
            models.CheckConstraint(
                condition=Q(labour_total__gte=0, parts_total__gte=0)
                & Q(total__gte=F("labour_total") + F("parts_total")),
                name="order_totals_fit",
            ),
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

    @property
    def other_total(self) -> Decimal:
        """Sublet work and fees."""
        return self.total - self.labour_total - self.parts_total

    @property
    def tax(self) -> Decimal:
        """The tax inside the total, rounded once, half up."""
        return tax_inside(self.total, self.tax_percent)

    @property
    def is_editable(self) -> bool:
        """Whether lines may be added and changed now."""
        return self.status in self.EDITABLE

    def lock(self) -> None:
        """Reload under a row lock: guards must judge what is true now."""
        # Store and vehicle of an order never change; what was loaded of them stays.
        kept = {name: self._state.fields_cache.get(name) for name in ("store", "vehicle")}
        self.refresh_from_db(from_queryset=WorkOrder.objects.select_for_update(no_key=True))
        self._state.fields_cache.update({name: row for name, row in kept.items() if row is not None})

    def require(self, *statuses: str) -> None:
        """Raise DomainError unless the order is in one of ``statuses``."""
        if self.status not in statuses:
            allowed = ", ".join(str(self.Status(s).label) for s in statuses)
            raise DomainError(
                _t("%(order)s is “%(now)s”; this needs: %(allowed)s. Reload the page.")
                % {"order": self, "now": self.get_status_display(), "allowed": allowed},
                code="wrong_status",
                extra={"status": self.status},
            )

    @transaction.atomic
    def start_work(self, *, by: User) -> None:
        """The first job is clocked. The workshop calls this; nothing happens when work has begun already."""
        self.lock()
        if self.status != self.Status.IN_WORK:
            self.require(self.Status.AUTHORISED)
            self._move(self.Status.IN_WORK, by=by)

    @transaction.atomic
    def move_to_qc(self, *, by: User) -> None:
        """Hand the car to QC. The workshop calls this once its jobs are done."""
        self.lock()
        self._refuse_open_consent()
        self._move(self.Status.AWAITING_QC, by=by)

    @transaction.atomic
    def move_to_ready(self, *, by: User) -> None:
        """QC and wash passed. The quality room calls this."""
        self.lock()
        self.require(self.Status.AWAITING_QC)
        self._move(self.Status.READY, by=by)

    @transaction.atomic
    def back_to_work(self, *, by: User, reason: str) -> None:
        """A failed check, or something was found: from QC or ready back to the workshop."""
        self.lock()
        if not reason.strip():
            raise DomainError(
                _t("Say why %(order)s goes back to work.") % {"order": self}, code="reason_missing"
            )
        self.require(*self.CLOSING)
        self._move(self.Status.IN_WORK, by=by, reason=reason)

    @transaction.atomic
    def move_to_settled(self, *, by: User) -> None:
        """The statement is accepted. The delivery room calls this; no line may wait for consent."""
        self.lock()
        self._refuse_open_consent()
        self._move(self.Status.SETTLED, by=by)

    @transaction.atomic
    def move_to_delivered(self, *, by: User) -> None:
        """The car and what was taken in with it are handed back."""
        self.lock()
        self._move(self.Status.DELIVERED, by=by, closed_at=clock.now())

    @transaction.atomic
    def back_to_ready(self, *, by: User, reason: str) -> None:
        """The settlement was reversed. The delivery room calls this together with its counter-entry."""
        self.lock()
        self.require(self.Status.SETTLED)
        if not reason.strip():
            raise DomainError(_t("Say why the settlement is reversed."), code="reason_missing")
        self._move(self.Status.READY, by=by, reason=reason)

    def _refuse_open_consent(self) -> None:
        waiting = self.lines.filter(authorised_in=None, declined_at=None).values_list(
            "description", flat=True
        )
        if names := list(waiting[:4]):
            raise DomainError(
                _t("%(order)s has lines without the customer's consent: %(lines)s. Get it, or remove them.")
                % {"order": self, "lines": ", ".join(names)},
                code="unauthorised_lines",
            )

    def _move(self, to: str, *, by: User | None, reason: str = "", **fields: Any) -> None:
        if to not in self.NEXT[self.status]:
            raise DomainError(
                _t("%(order)s is “%(now)s”; it cannot become “%(to)s”.")
                % {"order": self, "now": self.get_status_display(), "to": self.Status(to).label},
                code="wrong_status",
                extra={"status": self.status},
            )
        self.status = to
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
        Event.record(f"workorder.{to}", about=self, by=by, reason=reason[:300])
        announce(self.store_id, "board")


def tax_inside(amount: Decimal, percent: Decimal) -> Decimal:
    """The tax that a tax-inclusive ``amount`` holds: amount × p ÷ (100 + p), half up to the fen."""
    return fen(amount * percent / (100 + percent))
