"""What can be ordered: brands, models, labour operations, parts, packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import DealerGroup, User
from apps.core.money import MoneyField, fen


class GroupOwnedQuerySet(models.QuerySet):
    """Sets of rows that belong to the group."""

    def visible_to(self, user: User) -> Self:
        """The group's rows: a price list is open to everybody who works there."""
        return self.filter(group_id=user.group_id)

    def active(self) -> Self:
        """What can still be chosen."""
        return self.filter(is_active=True)


class Priced(models.Model):
    """A row of the price list: edited under optimistic locking, never deleted."""

    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def lock(self) -> None:
        """Reload under a row lock."""
        rows = type(self)._default_manager.select_for_update(no_key=True)
        self.refresh_from_db(from_queryset=rows)

    def price_at(self, rate: Decimal) -> Decimal:
        """What it costs today at ``rate`` yuan per hour, tax included."""
        raise NotImplementedError


class Energy(models.TextChoices):
    """What moves the car."""

    PETROL = "petrol", _("Petrol")
    DIESEL = "diesel", _("Diesel")
    HYBRID = "hybrid", _("Hybrid")
    ELECTRIC = "electric", _("Electric")


class WorkKind(models.TextChoices):
    """What kind of work an operation is; reports and quality rules go by it."""

    MAINTENANCE = "maintenance", _("Maintenance")
    REPAIR = "repair", _("Repair")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    BODY = "body", _("Body")
    PAINT = "paint", _("Paint")
    WASH = "wash", _("Wash")


class BayKind(models.TextChoices):
    """Kinds of bays (工位)."""

    EXPRESS = "express", _("Express")
    GENERAL = "general", _("General")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    BODY = "body", _("Body")
    PAINT = "paint", _("Paint")
    WASH = "wash", _("Wash")
    ALIGNMENT = "alignment", _("Alignment")


class Skill(models.TextChoices):
    """What a technician must be able to do for an operation."""

    GENERAL = "general", _("General")
    ELECTRICAL = "electrical", _("Electrical")
    ENGINE = "engine", _("Engine and gearbox")
    EV = "ev", _("High voltage (EV permit)")
    BODY = "body", _("Body")
    PAINT = "paint", _("Paint")


class SkillLevel(models.IntegerChoices):
    """How well somebody does it. An operation asks for a level or a better one."""

    BASIC = 1, _("Basic")
    SKILLED = 2, _("Skilled")
    EXPERT = 3, _("Expert")


class Equipment(models.Model):
    """What some work takes beside a bay and a technician: built into bays, or a scarce tool (稀缺工具).

    Operations, bays and tools carry its ``name``; so it never changes and the row is never deleted.
    """

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    is_mobile = models.BooleanField(_("goes from bay to bay"), default=False)

    objects = GroupOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="equipment_once")]

    def __str__(self) -> str:
        return self.name


class Brand(models.Model):
    """A make, with its default periods. Source: domain description, new-car handover."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    warranty_months = models.PositiveSmallIntegerField(_("warranty, months"), default=36)
    warranty_km = models.PositiveIntegerField(_("warranty, km"), default=100_000)
    first_service_months = models.PositiveSmallIntegerField(_("first service, months"), default=3)
    first_service_km = models.PositiveIntegerField(_("first service, km"), default=5_000)
    statutory_months = models.PositiveSmallIntegerField(_("statutory liability, months"), default=24)
    statutory_km = models.PositiveIntegerField(_("statutory liability, km"), default=50_000)
    road_assistance_months = models.PositiveSmallIntegerField(_("road assistance, months"), default=36)

    objects = GroupOwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "name"], name="brand_once")]

    def __str__(self) -> str:
        return self.name


class VehicleModel(models.Model):
    """A model of a brand, with its maintenance interval."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="vehicle_models")
    name = models.CharField(_("name"), max_length=80)
    energy = models.CharField(_("energy"), max_length=10, choices=Energy.choices, default=Energy.PETROL)
    service_every_km = models.PositiveIntegerField(_("service every, km"), default=10_000)
    service_every_months = models.PositiveSmallIntegerField(_("service every, months"), default=6)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "name"], name="vehicle_model_once")]

    def __str__(self) -> str:
        return f"{self.brand} {self.name}"


@pghistory.track()
class LabourOperation(Priced):
    """A piece of work with its flat-rate time (工时), in 0.1 h."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    work_kind = models.CharField(_("kind of work"), max_length=12, choices=WorkKind.choices)
    bay_kind = models.CharField(_("bay"), max_length=12, choices=BayKind.choices, default=BayKind.GENERAL)
    skill = models.CharField(_("skill"), max_length=12, choices=Skill.choices, default=Skill.GENERAL)
    skill_level = models.PositiveSmallIntegerField(
        _("skill level, at least"), choices=SkillLevel.choices, default=SkillLevel.BASIC
    )
    equipment = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("equipment of the bay"),
        default=list,
        blank=True,
    )
    tools = ArrayField(
        models.CharField(max_length=40), verbose_name=_("scarce tools"), default=list, blank=True
    )
    flat_rate_hours = models.DecimalField(
        _("flat-rate hours"), max_digits=5, decimal_places=1, validators=[MinValueValidator(Decimal("0.1"))]
    )
    is_safety_relevant = models.BooleanField(_("safety-relevant"), default=False)

    objects = GroupOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="operation_code_once"),
            models.CheckConstraint(condition=Q(flat_rate_hours__gt=0), name="operation_takes_time"),
            models.CheckConstraint(
                condition=Q(skill_level__in=SkillLevel.values), name="operation_skill_level_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def price_at(self, rate: Decimal) -> Decimal:
        return fen(self.flat_rate_hours * rate)


@pghistory.track()
class Part(Priced):
    """A part (配件) with its selling price, before discount, tax included."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    code = models.CharField(_("part number"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    price = MoneyField(_("price"))

    objects = GroupOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="part_code_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="part_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    def price_at(self, rate: Decimal) -> Decimal:
        return self.price


@dataclass(frozen=True)
class ExpandedLine:
    """One line of an expanded package: an operation in hours at the labour rate, or a part in pieces."""

    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    operation: LabourOperation | None = None
    part: Part | None = None

    @property
    def quantity_text(self) -> str:
        """The quantity without closing zeros: ``0.5``, ``4``."""
        return f"{self.quantity.normalize():f}"


class PackageQuerySet(GroupOwnedQuerySet):
    """Sets of packages."""

    def with_lines(self) -> Self:
        """Ready to be expanded: three queries more, however many packages."""
        return self.prefetch_related("lines__operation", "lines__part")


class Package(Priced):
    """Operations and parts that are sold together; it expands into lines."""

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    service_km = models.PositiveIntegerField(
        _("scheduled service at, km"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Also at each multiple of it, unless a larger package fits. Empty: no scheduled service."
        ),
    )
    energy = models.CharField(
        _("only for"),
        max_length=10,
        choices=Energy.choices,
        blank=True,
        help_text=_("Empty: every engine. An electric car takes only what is made for it."),
    )

    is_online = models.BooleanField(_("on the online page"), default=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="package_code_once"),
            models.CheckConstraint(condition=~Q(service_km=0), name="package_service_after_some_km"),
        ]

    def __str__(self) -> str:
        return self.name

    def expand(self, rate: Decimal) -> list[ExpandedLine]:
        """Lines at ``rate`` yuan per hour and today's part prices, labour first.

        Each amount is rounded half up to the fen. No query on what ``with_lines()`` fetched.
        """
        lines = sorted(self.lines.all(), key=lambda line: (line.operation_id is None, line.pk))
        return [line.expand(rate) for line in lines]

    def price_at(self, rate: Decimal) -> Decimal:
        return self.total(self.expand(rate))

    @staticmethod
    def total(lines: Iterable[ExpandedLine]) -> Decimal:
        """The sum of expanded lines."""
        return sum((line.amount for line in lines), Decimal("0.00"))


class PackageLine(models.Model):
    """One operation, or one part with its quantity, of a package."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="lines")
    operation = models.ForeignKey(LabourOperation, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    quantity = models.DecimalField(_("quantity"), max_digits=8, decimal_places=2, default=Decimal(1))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__isnull=False, part=None) | Q(operation=None, part__isnull=False),
                name="package_line_is_one_thing",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="package_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return str(self.operation or self.part)

    def expand(self, rate: Decimal) -> ExpandedLine:
        """This line at ``rate`` yuan per hour."""
        if self.operation is not None:
            quantity, price = self.operation.flat_rate_hours * self.quantity, rate
        elif self.part is not None:
            quantity, price = self.quantity, self.part.price
        return ExpandedLine(quantity, price, fen(quantity * price), self.operation, self.part)
