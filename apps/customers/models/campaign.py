"""Recalls and service campaigns (召回 / 服务活动): for which cars, and on which they are done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Self, cast

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Collate, Concat, Left, Substr
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, Store, User
from apps.catalog.models import Package, VehicleModel
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.vin import CHECK_POSITION
from apps.customers.models.vehicle import Vehicle
from apps.desk.models import Event

SERIAL = Collate(Concat(Left("vin", CHECK_POSITION - 1), Substr("vin", CHECK_POSITION + 1)), "C")
"""A VIN without its check digit: only so do neighbours on the line stand side by side."""
CHUNK = 2_000


def serial(vin: str) -> str:
    """The same of one normalised VIN."""
    return vin[: CHECK_POSITION - 1] + vin[CHECK_POSITION:]


class CampaignQuerySet(models.QuerySet):
    """Sets of campaigns."""

    def visible_to(self, user: User) -> Self:
        """The group's: what a maker calls back concerns every store."""
        return self.filter(group_id=user.group_id)

    def running(self, today: date) -> Self:
        """Begun and not over."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), begins_on__lte=today)

    def refresh(self, vehicles: Collection[int] | None = None) -> None:
        """Bring the lists up to date for all cars, or for these. Six statements a campaign."""
        for campaign in self:
            cast("Campaign", campaign).enlist(vehicles)


class Campaign(models.Model):
    """What a maker or the house wants done on certain cars.

    They are named by VIN (``ranges``, or a list), by model and by ``regions`` of the plate; what is said
    counts together, of ranges and list one suffices.
    """

    class Kind(models.TextChoices):
        RECALL = "recall", _("Recall")
        CAMPAIGN = "campaign", _("Service campaign")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+", editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CAMPAIGN)
    number = models.CharField(_("number"), max_length=30)
    title = models.CharField(_("title"), max_length=100)
    words = models.TextField(_("what we tell the customer"), max_length=1_000, blank=True)
    begins_on = models.DateField(_("from"), default=clock.today)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    package = models.ForeignKey(
        Package, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("package")
    )
    hours = models.DecimalField(
        _("hours a car"),
        max_digits=4,
        decimal_places=1,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.1"))],
    )
    vehicle_models = models.ManyToManyField(
        VehicleModel, blank=True, related_name="+", verbose_name=_("models")
    )
    regions = ArrayField(models.CharField(max_length=3), default=list, blank=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-begins_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="campaign_number_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
                name="campaign_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="campaign_takes_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def event_thread(self) -> str:
        """A campaign's own story."""
        return f"customers.campaign:{self.pk}"

    def is_running(self, today: date) -> bool:
        """Begun and not over."""
        return self.begins_on <= today and (self.ends_on is None or today <= self.ends_on)

    def lock(self) -> None:
        """Reload under a row lock."""
        self.refresh_from_db(from_queryset=Campaign.objects.select_for_update(no_key=True))

    @transaction.atomic
    def concern(
        self,
        *,
        ranges: Iterable[tuple[str, str]],
        vehicle_models: Iterable[VehicleModel],
        regions: Iterable[str] = (),
        by: User,
    ) -> None:
        """Save it for these cars, beside those on its list of VINs. About fifteen statements."""
        is_new = self.pk is None
        self.version += not is_new
        self.regions = list(regions)
        self.save()
        self.vehicle_models.set(vehicle_models)
        self.ranges.all().delete()
        self.ranges.bulk_create(CampaignRange(campaign=self, first=a, last=b) for a, b in ranges)
        self._relist("campaign.opened" if is_new else "campaign.changed", by=by)

    @transaction.atomic
    def add_vins(self, vins: Collection[str], *, by: User) -> int:
        """Put ``vins`` on its list; returns how many are new to it."""
        self.lock()
        known = set(self.vins.values_list("vin", flat=True))
        fresh = [CampaignVin(campaign=self, vin=vin) for vin in dict.fromkeys(vins) if vin not in known]
        CampaignVin.objects.bulk_create(fresh, batch_size=CHUNK)
        if fresh:
            self._relist("campaign.list_added", by=by, listed=len(fresh))
        return len(fresh)

    def _relist(self, kind: str, *, by: User, **facts: Any) -> None:
        self.enlist()
        facts |= {"number": self.number, "cars": self.cars.count()}
        Event.record(kind, about=self, by=by, store=by.store_id, facts=facts)

    def affected(self) -> models.QuerySet[Vehicle]:
        """The group's cars that it concerns, whatever was done; nobody's while nothing is named.

        Three queries to make it, one to run it.
        """
        rows = Vehicle.objects.filter(group_id=self.group_id)
        named = Q()
        ranges = [(r.first, r.last) for r in self.ranges.all()]
        for first, last in ranges:
            named |= Q(serial__gte=serial(first), serial__lte=serial(last))
        by_vin, by_model = ranges or self.vins.exists(), self.vehicle_models.exists()
        if not (by_vin or by_model or self.regions):
            return rows.none()
        if by_vin:
            listed = CampaignVin.objects.filter(campaign=self, vin=OuterRef("vin"))
            rows = rows.alias(serial=SERIAL).exclude(vin="").filter(named | Exists(listed))
        if by_model:
            rows = rows.filter(model__in=self.vehicle_models.values("pk"))
        here = Q()
        for region in self.regions:
            here |= Q(plate__startswith=region)
        return rows.filter(here)

    def enlist(self, vehicles: Collection[int] | None = None) -> None:
        """Put the affected cars (of ``vehicles``) on its list; the others leave it, unless ended."""
        mine, affected = self.cars.open(), self.affected()
        if vehicles is not None:
            mine, affected = mine.filter(vehicle__in=vehicles), affected.filter(pk__in=vehicles)
        mine.exclude(vehicle__in=affected.values("pk")).delete()
        rows = affected.filter(~Exists(self.cars.filter(vehicle=OuterRef("pk"))))
        CampaignVehicle.objects.bulk_create(
            (CampaignVehicle(campaign=self, vehicle_id=pk) for pk in rows.values_list("pk", flat=True)),
            batch_size=CHUNK,
            ignore_conflicts=True,
        )


class CampaignRange(models.Model):
    """Cars that left the line one after the other: first and last VIN, both counted."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="ranges")
    first = models.CharField(max_length=17)
    last = models.CharField(max_length=17)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__regex=r"^[A-HJ-NPR-Z0-9]{17}$", last__regex=r"^[A-HJ-NPR-Z0-9]{17}$"),
                name="campaign_range_of_vins",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


class CampaignVin(models.Model):
    """A car on the maker's list, known to the house or not yet."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="vins")
    vin = models.CharField(max_length=17)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "vin"], name="campaign_vin_once")]
        indexes = [models.Index(fields=["vin"], name="campaign_vin")]

    def __str__(self) -> str:
        return self.vin


class CampaignVehicleQuerySet(models.QuerySet):
    """Sets of cars on the lists of campaigns."""

    def visible_to(self, user: User) -> Self:
        """Of the vehicles that ``user`` may see."""
        return self.filter(vehicle__in=Vehicle.objects.visible_to(user))

    def open(self) -> Self:
        """Still to be done."""
        return self.filter(result="")

    def due(self, today: date) -> Self:
        """Still to be done for a campaign that runs, recalls first."""
        running = Campaign.objects.running(today)
        rows = self.open().filter(campaign__in=running).select_related("campaign__package")
        return rows.order_by("-campaign__kind", "campaign__begins_on", "pk")


class CampaignVehicle(models.Model):
    """One car of a campaign. ``planned_on`` is the day that is kept in mind for it; ``result`` ends it."""

    class Result(models.TextChoices):
        DONE = "done", _("Done here")
        ELSEWHERE = "elsewhere", _("Done elsewhere")
        NOT_AFFECTED = "not_affected", _("Not affected")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="cars")
    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="campaigns")
    planned_on = models.DateField(null=True)
    result = models.CharField(_("result"), max_length=12, choices=Result.choices, blank=True)
    note = models.CharField(_("order number or reason"), max_length=100, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = CampaignVehicleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "vehicle"], name="campaign_vehicle_once"),
            models.CheckConstraint(
                condition=Q(result="", ended_at=None) | (~Q(result="") & Q(ended_at__isnull=False)),
                name="campaign_vehicle_ended_with_result",
            ),
        ]
        indexes = [models.Index(fields=["vehicle"], name="campaign_of_vehicle", condition=Q(result=""))]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.vehicle_id}"

    @transaction.atomic
    def end(self, result: str, *, by: User | None, note: str, store: Store | int | None = None) -> None:
        """Say what came of it. Raises DomainError ``campaign_ended`` when somebody said it before."""
        fields: dict[str, Any] = {"result": result, "note": note.strip()[:100]}
        fields |= {"ended_at": clock.now(), "ended_by": by}
        if not CampaignVehicle.objects.filter(pk=self.pk).open().update(**fields):
            raise DomainError(
                translate("%(campaign)s has its result on this car already. Reload the page.")
                % {"campaign": self.campaign},
                code="campaign_ended",
            )
        for name, value in fields.items():
            setattr(self, name, value)
        Event.record(
            "campaign.ended",
            about=self.vehicle,
            by=by,
            store=store or (by.store_id if by else None),
            reason=self.note,
            facts={"campaign": str(self.campaign), "result": result},
        )


def settle_by_work(
    vehicle: Vehicle, operations: Collection[int], *, number: str, store: Store, by: User
) -> None:
    """End what the ``operations`` (ids) of order ``number`` have done: all of its package's. Two queries."""
    rows = CampaignVehicle.objects.filter(vehicle=vehicle).open().exclude(campaign__package=None)
    for row in rows.select_related("campaign__package", "vehicle").prefetch_related(
        "campaign__package__lines"
    ):
        lines: Iterable[Any] = row.campaign.package.lines.all() if row.campaign.package else ()
        asked = {line.operation_id for line in lines if line.operation_id}
        if asked and asked <= set(operations):
            row.end(CampaignVehicle.Result.DONE, by=by, note=number, store=store)
