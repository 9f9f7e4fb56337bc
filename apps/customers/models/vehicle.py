"""Vehicles of the group."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import DealerGroup, Store, User
from apps.catalog.models import Energy, VehicleModel
from apps.core import plates
from apps.core import vin as vins
from apps.core.errors import DomainError
from apps.customers.models import changes, keys, reading
from apps.customers.models.customer import Customer, StoreAccess
from apps.customers.models.reading import Reading
from apps.desk.models import Event

if TYPE_CHECKING:
    from apps.customers.models.file import Recommendation

READINGS_FOR_ESTIMATE = 12
DAYS_PER_MONTH = Decimal("30.4")


class VehicleQuerySet(models.QuerySet):
    """Sets of vehicles."""

    def visible_to(self, user: User) -> Self:
        """Vehicles whose owner one of the user's stores may see."""
        access = StoreAccess.objects.filter(
            customer=OuterRef("owner_id"), store_id__in=user.visible_store_ids
        )
        return self.filter(Exists(access))

    def in_group_of(self, user: User) -> Self:
        """Every vehicle the group knows; show it masked until the store has access."""
        return self.filter(group_id=user.group_id)

    @transaction.atomic
    def register(self, *, owner: Customer, store: Store, by: User | None, **fields: Any) -> Vehicle:
        """A new vehicle of ``owner``. VIN and plate are read as people type them.

        Raises ValidationError by field: a wrong VIN or plate, a VIN that the group knows already
        (the message says where). A wrong check digit passes with ``vin_override_reason``.
        """
        vehicle = Vehicle(group_id=owner.group_id, owner=owner)
        changes.apply(vehicle, _normalised(fields))
        vehicle._check_identity(by)
        vehicle._save_identity(by, force_insert=True)
        vehicle.index()
        Event.record(
            "vehicle.registered",
            about=vehicle,
            by=by,
            store=store,
            reason=vehicle.vin_override_reason,
            facts={"model": vehicle.model_name},
            personal={"owner": owner.name, "vin": vehicle.vin, "plate": vehicle.plate},
        )
        return vehicle


@pghistory.track()
class Vehicle(models.Model):
    """A vehicle. Its VIN is unique in the group; ``odometer_km`` is the last accepted reading.

    Somebody who calls may know only the plate: the VIN is then empty until the car is here.
    """

    class Gearbox(models.TextChoices):
        MANUAL = "manual", _("Manual")
        AUTOMATIC = "automatic", _("Automatic")

    group = models.ForeignKey(DealerGroup, models.PROTECT, related_name="+")
    vin = models.CharField(_("VIN"), max_length=17, blank=True)
    vin_override_reason = models.CharField(_("reason for an unusual VIN"), max_length=200, blank=True)
    plate = models.CharField(_("plate"), max_length=12, blank=True)
    model = models.ForeignKey(
        VehicleModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    model_text = models.CharField(_("model as written"), max_length=80, blank=True)
    energy = models.CharField(_("energy"), max_length=10, choices=Energy.choices, blank=True)
    colour = models.CharField(_("colour"), max_length=30, blank=True)
    engine_number = models.CharField(_("engine number"), max_length=30, blank=True)
    gearbox = models.CharField(_("gearbox"), max_length=10, choices=Gearbox.choices, blank=True)
    purchased_on = models.DateField(_("purchased on"), null=True, blank=True)
    licensed_on = models.DateField(_("licensed on"), null=True, blank=True)
    insured_until = models.DateField(_("insured until"), null=True, blank=True)
    inspection_due_on = models.DateField(_("inspection due on"), null=True, blank=True)
    owner = models.ForeignKey(
        Customer, models.PROTECT, related_name="vehicles", verbose_name=pgettext_lazy("vehicle", "owner")
    )
    driver = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="driven", verbose_name=_("driver")
    )
    is_statutory = models.BooleanField(_("under statutory liability"), default=True)
    odometer_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True, editable=False)
    km_per_month = models.PositiveIntegerField(_("km per month"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "vin"], condition=~Q(vin=""), name="vin_once_in_the_group"
            ),
            models.CheckConstraint(
                condition=Q(vin="") | Q(vin__regex=r"^[A-HJ-NPR-Z0-9]{17}$"), name="vin_alphabet"
            ),
            models.CheckConstraint(condition=~Q(vin="", plate=""), name="vehicle_has_vin_or_plate"),
        ]
        indexes = [
            models.Index(fields=["group", "plate"], name="vehicle_plate"),
            models.Index(fields=["owner"], name="vehicle_owner"),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin

    @property
    def event_thread(self) -> str:
        """The vehicle's story: orders, visits and appointments write into this thread."""
        return f"customers.vehicle:{self.pk}"

    @property
    def model_name(self) -> str:
        """The model as people say it."""
        return str(self.model) if self.model_id else self.model_text

    def search_keys(self) -> set[str]:
        """What this vehicle is found under."""
        return keys.vehicle_keys(vin=self.vin, plate=self.plate)

    def index(self) -> None:
        """Bring the search keys up to date. Two statements."""
        keys.put(keys.VEHICLE, {self.pk: self.search_keys()})

    def lock(self) -> None:
        """Reload under a row lock: guards must judge what is true now."""
        self.refresh_from_db(from_queryset=Vehicle.objects.select_for_update(no_key=True))

    @transaction.atomic
    def update(self, *, by: User | None, store: Store | int | None = None, **fields: Any) -> bool:
        """Change named fields; False when nothing differs. Raises ValidationError by field.

        The owner is changed by ``change_owner`` and mileage by ``record_reading``.
        """
        if "owner" in fields:
            raise TypeError("the owner is changed by change_owner()")
        self.lock()
        different = changes.apply(self, _normalised(fields))
        if not different:
            return False
        if different.keys() & {"vin", "plate", "vin_override_reason"}:
            self._check_identity(by)
        self.version += 1
        self._save_identity(by, update_fields=[*different, "version"])
        if different.keys() & {"vin", "plate"}:
            self.index()
        personal = {"vin", "plate", "engine_number", "remarks", "driver"}
        stored = {name: [changes.storable(v) for v in pair] for name, pair in different.items()}
        Event.record(
            "vehicle.updated",
            about=self,
            by=by,
            store=store or (by.store_id if by else None),
            reason=self.vin_override_reason if "vin" in different else "",
            facts={
                "fields": sorted(stored),
                "changes": {n: v for n, v in stored.items() if n not in personal},
            },
            personal={n: v for n, v in stored.items() if n in personal},
        )
        return True

    @transaction.atomic
    def change_owner(self, to: Customer, *, by: User, reason: str, store: Store | int | None = None) -> None:
        """Sell the vehicle on: its file and history go with it. Told in three stories.

        Raises DomainError when ``to`` owns it already, belongs to another group or was merged.
        """
        self.lock()
        before = self.owner
        if before == to or to.group_id != self.group_id or to.merged_into_id:
            raise DomainError(
                translate("%(vehicle)s cannot go to %(customer)s. Choose another customer.")
                % {"vehicle": self, "customer": to},
                code="owner_not_possible",
            )
        self.owner = to
        self.driver = None if self.driver_id == to.pk else self.driver
        self.version += 1
        self.save(update_fields=["owner", "driver", "version"])
        names = {"from": before.name, "to": to.name, "vehicle": str(self)}
        stories = {
            "vehicle.owner_changed": self,
            "customer.vehicle_left": before,
            "customer.vehicle_joined": to,
        }
        for kind, about in stories.items():
            Event.record(kind, about=about, by=by, store=store or by.store_id, reason=reason, personal=names)

    def conflicting_reading(self, km: int, on: date, *, replaced: bool = False) -> Reading | None:
        """The accepted reading that ``km`` read on ``on`` contradicts. Two queries."""
        return reading.conflict(km, self.readings.before(on), self.readings.after(on), replaced=replaced)

    @transaction.atomic
    def record_reading(
        self,
        km: int,
        on: date,
        source: str,
        by: User | None,
        replaced_reason: str = "",
        store: Store | int | None = None,
    ) -> Reading:
        """Keep a reading; what contradicts the earlier ones is flagged and does not count.

        With ``replaced_reason`` the odometer was replaced and counting starts anew. Readings may
        come in any order of days. Six statements.
        """
        self.lock()
        replaced_reason = replaced_reason.strip()
        contradicted = self.conflicting_reading(km, on, replaced=bool(replaced_reason))
        kept = self.readings.create(
            odometer_km=km,
            read_on=on,
            source=source,
            is_backwards=contradicted is not None,
            replaced_reason="" if contradicted else replaced_reason,
            read_by=by,
        )
        latest = self.readings.latest_accepted()
        if latest is not None and latest.odometer_km != self.odometer_km:
            self.odometer_km = latest.odometer_km
            self.save(update_fields=["odometer_km"])
        kind = "backwards" if contradicted else "replaced" if replaced_reason else "taken"
        Event.record(
            f"reading.{kind}",
            about=self,
            by=by,
            store=store or (by.store_id if by else None),
            reason=replaced_reason,
            facts={"km": km, "on": on.isoformat(), "source": source},
        )
        return kept

    def km_per_day(self) -> Decimal | None:
        """Kilometres a day, to 0.1: from the last readings, else from the usage profile, else None.

        One query.
        """
        return self.km_per_day_by(
            self.readings.accepted().order_by("-read_on", "-pk")[:READINGS_FOR_ESTIMATE]
        )

    def km_per_day_by(self, latest: Iterable[Reading]) -> Decimal | None:
        """The same from accepted readings, the latest first, that were read already."""
        newest = list(itertools.islice(latest, READINGS_FOR_ESTIMATE))
        if (found := reading.km_per_day(newest[::-1])) is not None:
            return found
        if self.km_per_month:
            return (self.km_per_month / DAYS_PER_MONTH).quantize(Decimal("0.1"))
        return None

    @transaction.atomic
    def recommend(
        self,
        text: str,
        *,
        source: str,
        by: User | None,
        operation_code: str = "",
        amount: Decimal | None = None,
        is_safety_relevant: bool = False,
        store: Store | int | None = None,
    ) -> Recommendation:
        """Put work that was found or declined on the file; the same open one is not put twice."""
        self.lock()
        same = Q(operation_code=operation_code) if operation_code else Q(text=text)
        if known := self.recommendations.open().filter(same).first():
            return known
        opened = self.recommendations.create(
            text=text,
            operation_code=operation_code,
            amount=amount,
            is_safety_relevant=is_safety_relevant,
            source=source,
            created_by=by,
        )
        opened.tell("recommendation.opened", by=by, store=store)
        return opened

    def _check_identity(self, by: User | None) -> None:
        """Judge VIN and plate together. Raises ValidationError by field."""
        if not self.vin and not self.plate:
            raise ValidationError({"plate": translate("Enter the plate or the VIN.")})
        if self.vin:
            try:
                vins.validate(self.vin, allow_check_digit=bool(self.vin_override_reason))
            except ValidationError as error:
                raise changes.field_error("vin", error) from error
        if self.plate:
            try:
                plates.validate(self.plate)
            except ValidationError as error:
                raise changes.field_error("plate", error) from error
        if self.vin and (twin := self._twin()):
            raise changes.field_error("vin", twin.taken_error(by))

    def _twin(self) -> Vehicle | None:
        same = Vehicle.objects.filter(group_id=self.group_id, vin=self.vin).exclude(pk=self.pk)
        return same.select_related("owner").first()

    def taken_error(self, by: User | None) -> ValidationError:
        """The sentence that says where this VIN is on file, as far as ``by`` may know."""
        if by is None or Vehicle.objects.visible_to(by).filter(pk=self.pk).exists():
            return ValidationError(
                translate(
                    "This VIN is already on file: %(plate)s of %(owner)s (%(number)s). Open that file."
                ),
                code="vin_taken",
                params={
                    "plate": plates.display(self.plate) or self.vin,
                    "owner": self.owner.name,
                    "number": self.owner.number,
                },
            )
        stores = self.owner.accesses.order_by("since").values_list("store__name", flat=True)
        return ValidationError(
            translate("This VIN is already on file at %(store)s. Look it up and open that file."),
            code="vin_taken",
            params={"store": stores.first() or translate("another store")},
        )

    def _save_identity(self, by: User | None, **options: Any) -> None:
        """Save; of two who enter the same VIN at once, the second is told where it is."""
        try:
            with transaction.atomic():
                self.save(**options)
        except IntegrityError as error:
            if not self.vin or (twin := self._twin()) is None:
                raise
            raise changes.field_error("vin", twin.taken_error(by)) from error


def _normalised(fields: dict[str, Any]) -> dict[str, Any]:
    """``fields`` with VIN and plate written as they are stored."""
    readers = {"vin": vins.normalise, "plate": plates.normalise}
    return {name: readers[name](value) if name in readers else value for name, value in fields.items()}
