"""What the API shows of orders, and what it takes."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.accounts.models import User
from apps.catalog.models import LabourOperation, Part
from apps.customers.models import Vehicle
from apps.reception.models import Visit
from apps.workorders.models import Authorisation, Line, WorkOrder
from apps.workorders.services import LineSpec


class LineSerializer(serializers.ModelSerializer):
    """A line with the customer's word on it: ``authorised``, ``declined`` or ``waiting``."""

    state = serializers.CharField(read_only=True)

    class Meta:
        model = Line
        fields = (
            "id",
            "order",
            "kind",
            "operation",
            "part",
            "code",
            "description",
            "reason",
            "unit",
            "wish",
            "payer",
            "quantity",
            "unit_price",
            "discount",
            "amount",
            "is_additional",
            "is_safety_relevant",
            "state",
        )
        read_only_fields = fields


class OrderSerializer(serializers.ModelSerializer):
    """An order without its lines."""

    plate = serializers.CharField(source="vehicle.plate", read_only=True)
    customer_name = serializers.CharField(source="customer.name", read_only=True)
    advisor_name = serializers.CharField(source="advisor.name", read_only=True)

    class Meta:
        model = WorkOrder
        fields = (
            "id",
            "number",
            "status",
            "visit",
            "vehicle",
            "plate",
            "customer",
            "customer_name",
            "advisor",
            "advisor_name",
            "odometer_km",
            "customer_words",
            "opened_at",
            "promised_at",
            "computed_ready_at",
            "closed_at",
            "comeback_of",
            "tolerance_amount",
            "tax_percent",
            "labour_total",
            "parts_total",
            "total",
        )
        read_only_fields = fields


class OrderDetailSerializer(OrderSerializer):
    """An order with its lines."""

    lines = LineSerializer(many=True, read_only=True)

    class Meta:
        model = WorkOrder
        fields = (*OrderSerializer.Meta.fields, "lines")
        read_only_fields = fields


class NewLineSerializer(serializers.Serializer):
    """A line to add: an ``operation`` or ``part`` by id, or ``kind`` sublet or fee with a description."""

    operation = serializers.IntegerField(required=False)
    part = serializers.IntegerField(required=False)
    kind = serializers.ChoiceField(choices=[Line.Kind.SUBLET, Line.Kind.FEE], required=False)
    description = serializers.CharField(max_length=120, required=False)
    quantity = serializers.DecimalField(max_digits=8, decimal_places=2, required=False)
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, required=False)
    discount = serializers.DecimalField(max_digits=12, decimal_places=2, required=False)
    wish = serializers.ChoiceField(choices=Line.Wish.choices, required=False)
    payer = serializers.ChoiceField(choices=Line.Payer.choices, required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one kind of thing."""
        if sum(name in attrs for name in ("operation", "part", "kind")) != 1:
            raise serializers.ValidationError(_("Give exactly one of operation, part and kind."))
        return attrs


def specs(user: User, rows: list[dict[str, Any]]) -> list[LineSpec]:
    """The specs of validated ``rows``; operations and parts are looked up together. At most two queries."""
    found: dict[str, dict[int, Any]] = {}
    for name, model in (("operation", LabourOperation), ("part", Part)):
        if ids := {row[name] for row in rows if name in row}:
            found[name] = model.objects.visible_to(user).active().in_bulk(ids)
            if missing := ids - found[name].keys():
                raise serializers.ValidationError(
                    {"lines": [_("There is no %(kind)s %(ids)s.") % {"kind": name, "ids": sorted(missing)}]}
                )
    return [
        LineSpec(**row | {name: found[name][row[name]] for name in ("operation", "part") if name in row})
        for row in rows
    ]


class NewOrderSerializer(serializers.Serializer):
    """A new order for a ``visit``, or for a ``vehicle`` that came without one."""

    visit = serializers.PrimaryKeyRelatedField(queryset=Visit.objects.none(), required=False)
    vehicle = serializers.PrimaryKeyRelatedField(queryset=Vehicle.objects.none(), required=False)
    customer_words = serializers.CharField(required=False, allow_blank=True)
    odometer_km = serializers.IntegerField(required=False, min_value=0)
    tolerance_amount = serializers.DecimalField(max_digits=12, decimal_places=2, required=False, min_value=0)
    lines = NewLineSerializer(many=True, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            user = request.user
            visit, vehicle = self.fields["visit"], self.fields["vehicle"]
            assert isinstance(visit, serializers.PrimaryKeyRelatedField)
            assert isinstance(vehicle, serializers.PrimaryKeyRelatedField)
            visit.queryset = Visit.objects.visible_to(user)
            vehicle.queryset = Vehicle.objects.visible_to(user).select_related("owner")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A visit or a vehicle."""
        if ("visit" in attrs) == ("vehicle" in attrs):
            raise serializers.ValidationError(_("Give either visit or vehicle."))
        return attrs


class LineChangeSerializer(serializers.Serializer):
    """What may be changed of a line."""

    description = serializers.CharField(max_length=120, required=False)
    quantity = serializers.DecimalField(max_digits=8, decimal_places=2, required=False)
    unit_price = serializers.DecimalField(max_digits=12, decimal_places=2, required=False)
    discount = serializers.DecimalField(max_digits=12, decimal_places=2, required=False)
    wish = serializers.ChoiceField(choices=Line.Wish.choices, required=False)
    payer = serializers.ChoiceField(choices=Line.Payer.choices, required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PngField(serializers.CharField):
    """A PNG picture in base64; cleans to bytes."""

    def to_internal_value(self, data: Any) -> Any:
        """The picture's bytes."""
        text = super().to_internal_value(data)
        try:
            return base64.b64decode(text.removeprefix("data:image/png;base64,"), validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError(_("Give the picture in base64.")) from None


class AuthoriseSerializer(serializers.Serializer):
    """The customer's word: ``method`` signature (with a PNG) or phone (with number and words).

    ``accepted`` and ``declined`` are line ids; without ``accepted`` all that is not declined is accepted.
    ``version`` guards against a stale screen: the number of the version the customer was shown.
    """

    method = serializers.ChoiceField(choices=[Authorisation.Method.SIGNATURE, Authorisation.Method.PHONE])
    given_by = serializers.CharField(max_length=60)
    signature = PngField(required=False, write_only=True)
    phone = serializers.CharField(max_length=20, required=False)
    said = serializers.CharField(max_length=300, required=False)
    witness = serializers.CharField(max_length=60, required=False)
    accepted = serializers.ListField(child=serializers.IntegerField(), required=False)
    declined = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)
    version = serializers.IntegerField(required=False)


class DeclineSerializer(serializers.Serializer):
    """The customer leaves without repair."""

    reason = serializers.CharField(max_length=200)
    given_by = serializers.CharField(max_length=60, required=False, default="")
    waived_reason = serializers.CharField(max_length=200, required=False, default="")


class AuthorisationSerializer(serializers.ModelSerializer):
    """A recorded consent with the version it is bound to."""

    order = serializers.IntegerField(source="version.order_id", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    sha256 = serializers.CharField(source="version.sha256", read_only=True)

    class Meta:
        model = Authorisation
        fields = (
            "id",
            "order",
            "version",
            "sha256",
            "method",
            "given_by",
            "accepted",
            "declined",
            "amount",
            "given_at",
        )
        read_only_fields = fields
