"""Visits and walk-arounds as programs see them. Writing goes through the verbs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.appointments.models import Appointment
from apps.core import plates
from apps.customers.models import Vehicle
from apps.reception.models import Damage, Visit, WalkAround
from apps.reception.models.walk_around import Accessory, Check, Tyre, WarningLamp


class VisibleField(serializers.PrimaryKeyRelatedField):
    """A row named by its id, among those the person may see."""

    def get_queryset(self) -> Any:
        return super().get_queryset().visible_to(self.context["request"].user)


class VehicleField(serializers.PrimaryKeyRelatedField):
    """A vehicle that the group knows: its arrival opens the file for this store."""

    def get_queryset(self) -> Any:
        return Vehicle.objects.in_group_of(self.context["request"].user)


class DamageSerializer(serializers.ModelSerializer):
    """A mark; ``x`` and ``y`` are per mille of the drawing, ``zone`` is computed from them."""

    x = serializers.IntegerField(min_value=0, max_value=1000)
    y = serializers.IntegerField(min_value=0, max_value=1000)
    earlier = serializers.BooleanField(source="is_carried", read_only=True)
    photo_sha256 = serializers.CharField(source="photo.sha256", read_only=True, default="")

    class Meta:
        model = Damage
        fields: ClassVar = ["id", "zone", "kind", "x", "y", "note", "client_key", "earlier", "photo_sha256"]
        read_only_fields: ClassVar = ["zone"]


class VisitSerializer(serializers.ModelSerializer):
    """A visit to one store."""

    plate = serializers.CharField(source="vehicle.plate", read_only=True)
    waited_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Visit
        fields: ClassVar = [
            "id",
            "number",
            "store",
            "vehicle",
            "plate",
            "customer",
            "appointment",
            "advisor",
            "status",
            "arrived_at",
            "first_contact_at",
            "waited_seconds",
            "left_at",
            "left_reason",
            "waits_here",
            "expected_hours",
        ]
        read_only_fields = fields

    def get_waited_seconds(self, visit: Visit) -> int:
        """From arrival to first contact, or until now."""
        return int(visit.waited.total_seconds())


class WaitsSerializer(serializers.Serializer):
    """Whether the customer stays in the house."""

    waits_here = serializers.BooleanField(default=False)


class ArrivalSerializer(serializers.Serializer):
    """Who has arrived: exactly one of ``appointment``, ``vehicle``, ``plate`` (a gate camera's)."""

    appointment = VisibleField(queryset=Appointment.objects.all(), required=False)
    vehicle = VehicleField(queryset=Vehicle.objects.all(), required=False)
    plate = serializers.CharField(required=False, max_length=30)
    waits_here = serializers.BooleanField(default=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if len(data.keys() & {"appointment", "vehicle", "plate"}) != 1:
            raise serializers.ValidationError(
                {"vehicle": _("Name exactly one of appointment, vehicle and plate.")}
            )
        if "plate" in data:
            plate = plates.normalise(data.pop("plate"))
            found = list(Vehicle.objects.in_group_of(self.context["request"].user).filter(plate=plate)[:2])
            if len(found) != 1:
                raise serializers.ValidationError(
                    {"plate": _("No vehicle, or more than one, has this plate.")}
                )
            data["vehicle"] = found[0]
        store = self.context["request"].user.store
        if "appointment" in data and data["appointment"].store != store:
            raise serializers.ValidationError({"appointment": _("This appointment is at another store.")})
        return data


class InspectionSerializer(serializers.ModelSerializer):
    """A walk-around with its marks. Posting it saves it; a known ``client_key`` is not doubled."""

    visit = VisibleField(queryset=Visit.objects.all())
    damages = DamageSerializer(many=True, required=False)
    warning_lamps = serializers.MultipleChoiceField(choices=WarningLamp.choices, required=False)
    accessories = serializers.MultipleChoiceField(choices=Accessory.choices, required=False)
    checks = serializers.DictField(child=serializers.ChoiceField(choices=["ok", "defect"]), required=False)
    tyre_mm = serializers.DictField(
        child=serializers.DecimalField(max_digits=3, decimal_places=1, min_value=0), required=False
    )
    energy_percent = serializers.IntegerField(min_value=0, max_value=100)
    odometer_km = serializers.IntegerField(min_value=0, max_value=3_000_000)
    odometer_replaced_reason = serializers.CharField(max_length=200, required=False, write_only=True)

    class Meta:
        model = WalkAround
        fields: ClassVar = [
            "id",
            "visit",
            "odometer_km",
            "odometer_replaced_reason",
            "energy_percent",
            "warning_lamps",
            "accessories",
            "checks",
            "tyre_mm",
            "belongings",
            "remarks",
            "valuables_reminded",
            "covers_fitted",
            "companion",
            "is_mandatory",
            "signed_name",
            "signed_at",
            "sha256",
            "done_by",
            "done_at",
            "damages",
        ]
        read_only_fields: ClassVar = [
            "is_mandatory",
            "signed_name",
            "signed_at",
            "sha256",
            "done_by",
            "done_at",
        ]

    def validate_checks(self, checks: dict[str, str]) -> dict[str, str]:
        return self._known(checks, Check.values)

    def validate_tyre_mm(self, tyres: dict[str, Any]) -> dict[str, str]:
        return {name: str(mm) for name, mm in self._known(tyres, Tyre.values).items()}

    @staticmethod
    def _known(given: dict[str, Any], names: list[str]) -> dict[str, Any]:
        if unknown := given.keys() - set(names):
            raise serializers.ValidationError(
                _("Unknown: %(names)s.") % {"names": ", ".join(sorted(unknown))}
            )
        return given

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        for name in ("warning_lamps", "accessories"):
            if name in data:
                data[name] = sorted(data[name])
        return data
