"""New-car handover (新车交付): the day a car starts its life with us."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from apps.accounts.models import Store, StoreOwnedQuerySet, User
from apps.core import clock
from apps.core.errors import DomainError
from apps.customers.models import Customer, Vehicle
from apps.desk.models import Event, Notice
from apps.handover import checklists

ALERT_BEFORE = timedelta(minutes=5)


class HandoverQuerySet(StoreOwnedQuerySet):
    """Sets of handovers."""

    def expected(self) -> Self:
        """Planned and neither delivered nor cancelled."""
        return self.filter(status__in=["planned", "deliverable"])

    def on_day(self, now: datetime) -> Self:
        """Expected on the day of ``now``."""
        start = clock.at(timezone.localdate(now), 0)
        return self.expected().filter(planned_at__gte=start, planned_at__lt=start + timedelta(days=1))

    def coming(self, now: datetime) -> Self:
        """Expected after the day of ``now``."""
        return self.expected().filter(
            planned_at__gte=clock.at(timezone.localdate(now), 0) + timedelta(days=1)
        )

    def not_collected(self, now: datetime) -> Self:
        """Expected on an earlier day and still here."""
        return self.expected().filter(planned_at__lt=clock.at(timezone.localdate(now), 0))

    def to_alert(self, now: datetime) -> Self:
        """Begin within five minutes (or began within the last hour) and the advisor has not been told."""
        return self.expected().filter(
            alerted_at=None, planned_at__lte=now + ALERT_BEFORE, planned_at__gt=now - timedelta(hours=1)
        )


class Handover(models.Model):
    """One new car's delivery, from N-1 to the day. ``status`` is written by ``_move`` alone."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("In preparation")
        DELIVERABLE = "deliverable", _("Deliverable")
        DELIVERED = "delivered", pgettext_lazy("new car", "Delivered")
        CANCELLED = "cancelled", _("Cancelled")

    class Use(models.TextChoices):
        PRIVATE = "private", _("Private")
        COMMUTE = "commute", _("Commuting")
        BUSINESS = "business", _("Business")
        HIRE = "hire", _("Ride-hailing or hire")

    class Days(models.TextChoices):
        WEEKDAYS = "weekdays", _("Mostly weekdays")
        WEEKENDS = "weekends", _("Mostly weekends")
        BOTH = "both", _("Every day")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    NEXT: dict[str, set[Any]] = {
        Status.PLANNED: {Status.DELIVERABLE, Status.CANCELLED},
        Status.DELIVERABLE: {Status.DELIVERED, Status.PLANNED, Status.CANCELLED},
        Status.DELIVERED: set(),
        Status.CANCELLED: set(),
    }
    TICKED_WHILE = {
        "prepared": Status.PLANNED,
        "rechecked": Status.DELIVERABLE,
        "explained": Status.DELIVERABLE,
    }

    store = models.ForeignKey(Store, models.PROTECT, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+", verbose_name=_("vehicle"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("customer"))
    sales_consultant = models.CharField(_("sales consultant"), max_length=60)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("dedicated advisor")
    )
    invoiced_on = models.DateField(_("invoice date"))
    is_statutory = models.BooleanField(_("under statutory liability"), default=True)
    planned_at = models.DateTimeField(_("planned"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    alerted_at = models.DateTimeField(null=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PLANNED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    prepared = models.JSONField(_("preparation"), default=list, blank=True)
    rechecked = models.JSONField(_("recheck"), default=list, blank=True)
    explained = models.JSONField(_("explained"), default=list, blank=True)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    km_per_month = models.PositiveIntegerField(_("km per month"), null=True, blank=True)
    use = models.CharField(_("use"), max_length=10, choices=Use.choices, blank=True)
    driven_on = models.CharField(_("driven"), max_length=10, choices=Days.choices, blank=True)
    preferred_hours = models.CharField(
        _("preferred hours"), max_length=10, choices=Customer.Hours.choices, blank=True
    )
    visit_weekday = models.PositiveSmallIntegerField(
        _("usual visit day"), choices=Weekday.choices, null=True, blank=True
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"], condition=~Q(status="cancelled"), name="one_handover_per_vehicle"
            ),
            models.CheckConstraint(
                condition=~Q(status="delivered")
                | Q(delivered_at__isnull=False, delivered_by__isnull=False, odometer_km__isnull=False),
                name="delivered_handover_names_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | ~Q(reason=""), name="cancelled_handover_says_why"
            ),
            models.CheckConstraint(condition=~Q(sales_consultant=""), name="handover_names_the_consultant"),
        ]
        indexes = [models.Index(fields=["store", "planned_at"], name="handover_plan")]

    def __str__(self) -> str:
        return str(self.vehicle)

    def get_absolute_url(self) -> str:
        return reverse("handover:handover", args=[self.pk])

    @property
    def event_thread(self) -> str:
        return self.vehicle.event_thread

    @property
    def is_expected(self) -> bool:
        """Neither delivered nor cancelled."""
        return bool(self.NEXT[self.status])

    @property
    def is_not_collected(self) -> bool:
        """Planned for an earlier day and still here."""
        return self.is_expected and timezone.localdate(self.planned_at) < clock.today()

    def missing(self, name: str) -> list[str]:
        """Keys of what is not ticked yet in one list."""
        wanted = checklists.keys(name, statutory=self.is_statutory)
        return [key for key in wanted if key not in getattr(self, name)]

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Handover.objects.select_for_update(no_key=True))

    def _move(self, to: Handover.Status, *, by: User, reason: str = "", **fields: Any) -> None:
        if to not in self.NEXT[self.status]:
            raise DomainError(
                _("The handover of %(car)s is %(now)s; it cannot become %(to)s. Reload the page.")
                % {"car": self, "now": self.get_status_display(), "to": to.label},
                code="handover_state",
            )
        self.status, self.reason = to, reason[:200]
        for name, value in fields.items():
            setattr(self, name, value)
        self.version += 1
        self.save(update_fields=["status", "reason", "version", *fields])
        Event.record(f"handover.{to}", about=self, by=by, reason=reason[:300])

    @transaction.atomic
    def tick(self, name: str, items: dict[str, bool]) -> None:
        """Tick or untick ``{item: done}`` of one list; two people may tick at once, nothing is lost.

        Raises DomainError for a list that is not open now, ValueError for an unknown item.
        """
        self.lock()
        if self.status != self.TICKED_WHILE[name]:
            raise DomainError(
                _("The handover of %(car)s is %(now)s; this list is closed. Reload the page.")
                % {"car": self, "now": self.get_status_display()},
                code="list_closed",
            )
        known = checklists.keys(name, statutory=True)
        if unknown := items.keys() - set(known):
            raise ValueError(f"unknown items {sorted(unknown)}")
        done = {key: items.get(key, key in getattr(self, name)) for key in known}
        setattr(self, name, [key for key in known if done[key]])
        self.save(update_fields=[name])

    @transaction.atomic
    def make_deliverable(self, *, by: User) -> None:
        """Car and papers are ready. Tells the advisor. Raises DomainError while something is missing."""
        self.lock()
        if missing := self.missing("prepared"):
            raise DomainError(
                _("%(n)d point(s) of the preparation of %(car)s are open. Tick them first.")
                % {"n": len(missing), "car": self},
                code="not_prepared",
            )
        self._move(self.Status.DELIVERABLE, by=by)
        if self.advisor_id != by.pk:
            text = gettext_noop("%(vehicle)s for %(customer)s is ready to be handed over")
            names = {"vehicle": str(self.vehicle), "customer": self.customer.name}
            Notice.tell([self.advisor], text, url=self.get_absolute_url(), **names)

    @transaction.atomic
    def send_back(self, reason: str, *, by: User) -> None:
        """The recheck found something: back into preparation, the recheck starts anew."""
        self.lock()
        self._move(self.Status.PLANNED, by=by, reason=_said(reason), rechecked=[])

    @transaction.atomic
    def replan(self, planned_at: datetime, *, by: User, reason: str = "") -> None:
        """Another time. The advisor is alerted anew."""
        self.lock()
        if not self.is_expected:
            raise DomainError(
                _("The handover of %(car)s is %(now)s; it has no time any more.")
                % {"car": self, "now": self.get_status_display()},
                code="handover_state",
            )
        before, self.planned_at, self.alerted_at = self.planned_at, planned_at, None
        self.version += 1
        self.save(update_fields=["planned_at", "alerted_at", "version"])
        facts = {"from": before.isoformat(), "to": planned_at.isoformat()}
        Event.record("handover.replanned", about=self, by=by, reason=reason[:300], facts=facts)


def _said(reason: str) -> str:
    if not reason.strip():
        raise DomainError(translate("Say why; the reason stands in the history."), code="reason_missing")
    return reason.strip()
