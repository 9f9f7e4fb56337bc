"""Customers and vehicles as programs read and write them. Writing goes through the verbs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.accounts.models import User
from apps.catalog.models import VehicleModel
from apps.core import clock, phones
from apps.core.errors import DomainError
from apps.customers import services
from apps.customers.fields import TYPED_AT_MOST
from apps.customers.models import Customer, Reading, Vehicle


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """A row named by its id, among those the person may see."""

    def get_queryset(self) -> Any:
        user = self.context["request"].user
        rows = super().get_queryset()
        if rows.model is VehicleModel:
            return rows.filter(brand__group_id=user.group_id)
        return rows.model.objects.visible_to(user)


class VersionedSerializer(serializers.ModelSerializer):
    """Refuses to write over what somebody else has saved since ``version`` was read."""

    def _check_version(self, row: Customer | Vehicle, data: dict[str, Any]) -> None:
        sent = data.pop("version", None)
        if sent is not None and sent != row.version:
            raise DomainError(
                _("%(row)s was changed since you read it. Read it again, then change it.") % {"row": row},
                code="stale",
                extra={"version": row.version},
            )

    @property
    def by(self) -> User:
        """Who asks."""
        return self.context["request"].user


class CustomerSerializer(VersionedSerializer):
    """A customer. ``phone`` is masked for roles that need not know it."""

    phone = serializers.CharField(max_length=TYPED_AT_MOST, required=False, allow_blank=True)
    advisor = VisibleRelatedField(queryset=User.objects.all(), required=False, allow_null=True)
    version = serializers.IntegerField(required=False, min_value=0)

    class Meta:
        model = Customer
        fields: ClassVar = [
            "id",
            "number",
            "name",
            "kind",
            "phone",
            "gender",
            "advisor",
            "preferred_channel",
            "preferred_hours",
            "accepts_messages",
            "remarks",
            "known_since",
            "version",
        ]
        read_only_fields: ClassVar = ["id", "number"]

    def to_representation(self, instance: Customer) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if not self.by.has_perm("customers.see_contacts"):
            shown |= {"phone": phones.mask(instance.phone) if instance.phone else "", "remarks": ""}
        return shown

    def create(self, validated_data: dict[str, Any]) -> Customer:
        validated_data.pop("version", None)
        return Customer.objects.register(store=self.by.store, by=self.by, **validated_data)

    def update(self, instance: Customer, validated_data: dict[str, Any]) -> Customer:
        instance.lock()
        self._check_version(instance, validated_data)
        instance.update(by=self.by, **validated_data)
        return instance


class VehicleSerializer(VersionedSerializer):
    """A vehicle. ``owner`` is set when it is entered; later it changes by ``change-owner``."""

    vin = serializers.CharField(max_length=TYPED_AT_MOST, required=False, allow_blank=True)
    plate = serializers.CharField(max_length=TYPED_AT_MOST, required=False, allow_blank=True)
    owner = VisibleRelatedField(queryset=Customer.objects.all())
    driver = VisibleRelatedField(queryset=Customer.objects.all(), required=False, allow_null=True)
    model = VisibleRelatedField(queryset=VehicleModel.objects.all(), required=False, allow_null=True)
    model_name = serializers.CharField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=0)

    class Meta:
        model = Vehicle
        fields: ClassVar = [
            "id",
            "vin",
            "vin_override_reason",
            "plate",
            "owner",
            "driver",
            "model",
            "model_text",
            "model_name",
            "energy",
            "colour",
            "engine_number",
            "gearbox",
            "purchased_on",
            "licensed_on",
            "insured_until",
            "inspection_due_on",
            "is_statutory",
            "odometer_km",
            "km_per_month",
            "remarks",
            "version",
        ]
        read_only_fields: ClassVar = ["id", "odometer_km"]

    def create(self, validated_data: dict[str, Any]) -> Vehicle:
        validated_data.pop("version", None)
        owner = validated_data.pop("owner")
        return services.register_vehicle(owner, store=self.by.store, by=self.by, vehicle=validated_data)

    def update(self, instance: Vehicle, validated_data: dict[str, Any]) -> Vehicle:
        instance.lock()
        self._check_version(instance, validated_data)
        if validated_data.pop("owner", instance.owner) != instance.owner:
            raise DomainError(
                _("The owner of %(vehicle)s is changed by change-owner, with a reason.")
                % {"vehicle": instance},
                code="owner_not_possible",
            )
        instance.update(by=self.by, **validated_data)
        return instance


class OwnerSerializer(serializers.Serializer):
    """Who owns the vehicle from now on, and why."""

    owner = VisibleRelatedField(queryset=Customer.objects.all())
    reason = serializers.CharField(max_length=200)


class ReadingSerializer(serializers.ModelSerializer):
    """An odometer reading; ``is_backwards`` tells that it contradicts others and does not count."""

    odometer_km = serializers.IntegerField(min_value=0, max_value=9_999_999)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # the field's name is the model's
        choices=Reading.Source.choices, default=Reading.Source.ENTRY
    )

    class Meta:
        model = Reading
        fields: ClassVar = ["id", "odometer_km", "read_on", "source", "replaced_reason", "is_backwards"]
        read_only_fields: ClassVar = ["id", "is_backwards"]

    def validate_read_on(self, value: Any) -> Any:
        """Readings are of days that have come."""
        if value > clock.today():
            raise serializers.ValidationError(_("This day is still to come."))
        return value
