"""What the API takes and gives for appointments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.accounts.models import User
from apps.appointments import online_menu
from apps.appointments.items import Ask, with_lines
from apps.appointments.models import (
    Appointment,
    AppointmentItem,
    OnlineRequest,
    WaitingEntry,
)
from apps.appointments.selectors import KINDS
from apps.core import clock, phones, plates
from apps.customers.models import Customer, ServiceRecord, Vehicle


class ItemSerializer(serializers.ModelSerializer):
    """One line of an appointment, of who waits, or of an online request, with hours and amount as told."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = AppointmentItem
        fields = ["operation", "part", "package", "name", "wish", "quantity", "flat_rate_hours", "amount"]
        read_only_fields = fields


class AppointmentSerializer(serializers.ModelSerializer):
    """An appointment as the pages show it."""

    items = ItemSerializer(many=True, read_only=True)
    plate = serializers.CharField(source="vehicle.plate", read_only=True)

    class Meta:
        model = Appointment
        fields = [
            "id", "number", "store", "customer", "vehicle", "plate", "contact_name", "contact_phone",
            "advisor", "kind", "comeback_of", "channel", "status", "odometer_km", "people", "mobility",
            "fetched_from", "customer_words",
            "arrives_at", "ready_at", "booked_at", "closed_reason", "version", "items",
        ]  # fmt: skip
        read_only_fields = fields


class AskSerializer(serializers.Serializer):
    """One thing asked for: exactly one of ``operation``, ``part`` and ``package`` (ids)."""

    operation = serializers.IntegerField(required=False)
    part = serializers.IntegerField(required=False)
    package = serializers.IntegerField(required=False)
    quantity = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal("0.01"), default=Decimal(1)
    )
    wish = serializers.ChoiceField(choices=AppointmentItem.Wish.choices, default=AppointmentItem.Wish.WISHED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Find the thing; the answer is an ``Ask`` under ``ask``."""
        named = [kind for kind in KINDS if attrs.get(kind)]
        if len(named) != 1:
            raise serializers.ValidationError(_("Name exactly one of operation, part and package."))
        rows = KINDS[named[0]].objects.visible_to(self.context["request"].user).active()
        if named[0] == "package":
            rows = rows.prefetch_related(with_lines())
        thing = rows.filter(pk=attrs[named[0]]).first()
        if thing is None:
            raise serializers.ValidationError({named[0]: _("There is no such row in use.")})
        return {"ask": Ask(thing, attrs["quantity"], attrs["wish"])}


class _Mine(serializers.PrimaryKeyRelatedField):
    """A row found among what the caller may name."""

    def __init__(self, model: Any, scope: str = "visible_to", **kwargs: Any) -> None:
        self.model, self.scope = model, scope
        super().__init__(queryset=model.objects.all(), **kwargs)

    def get_queryset(self) -> Any:
        return getattr(self.model.objects, self.scope)(self.context["request"].user)


class EnquirySerializer(serializers.Serializer):
    """What a booking and an entry of the waiting list have in common."""

    vehicle = _Mine(Vehicle, "in_group_of")
    customer = _Mine(Customer, required=False)
    advisor = _Mine(User, required=False, allow_null=True)
    kind = serializers.ChoiceField(
        choices=Appointment.Kind.choices, default=Appointment.Kind.MAINTENANCE_REPAIR
    )
    comeback_of = _Mine(ServiceRecord, required=False, allow_null=True)
    channel = serializers.ChoiceField(choices=Appointment.Channel.choices, default=Appointment.Channel.PHONE)
    contact_name = serializers.CharField(max_length=60, required=False)
    contact_phone = serializers.CharField(max_length=30, required=False)
    odometer_km = serializers.IntegerField(min_value=0, max_value=2_000_000, required=False, allow_null=True)
    people = serializers.IntegerField(min_value=0, max_value=20, required=False)
    mobility = serializers.ChoiceField(choices=Appointment.Mobility.choices, required=False, allow_blank=True)
    fetched_from = serializers.CharField(max_length=200, required=False, allow_blank=True)
    customer_words = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    items = AskSerializer(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Only a comeback names an earlier visit."""
        if attrs.get("comeback_of") and attrs["kind"] != Appointment.Kind.COMEBACK:
            raise serializers.ValidationError({"comeback_of": _("Only a comeback names an earlier visit.")})
        return attrs

    def validate_contact_phone(self, value: str) -> str:
        """E.164, read as people type it."""
        return _e164(value)


class BookingSerializer(EnquirySerializer):
    """A booking to be made."""

    starts_at = serializers.DateTimeField()

    def validate_starts_at(self, value: Any) -> Any:
        """Only what lies ahead can be booked."""
        return _future(value)


class WishSerializer(EnquirySerializer):
    """Somebody to be put on the waiting list, for an arrival in these days and hours."""

    from_day = serializers.DateField()
    till_day = serializers.DateField()
    from_time = serializers.TimeField(required=False, allow_null=True)
    till_time = serializers.TimeField(required=False, allow_null=True)


class WaitingEntrySerializer(serializers.ModelSerializer):
    """An entry of the waiting list. The place in the list is the order of the ids."""

    items = ItemSerializer(many=True, read_only=True)
    plate = serializers.CharField(source="vehicle.plate", read_only=True)

    class Meta:
        model = WaitingEntry
        fields = [
            "id", "number", "store", "customer", "vehicle", "plate", "contact_name", "contact_phone",
            "advisor", "kind", "comeback_of", "channel", "status", "odometer_km", "people", "customer_words",
            "from_day",
            "till_day", "from_time", "till_time", "starts_at", "ends_at", "receiver", "accept_until",
            "unanswered", "appointment", "recorded_at", "closed_reason", "version", "items",
        ]  # fmt: skip
        read_only_fields = fields


class IntakeSerializer(serializers.Serializer):
    """A request from an outside channel, which has proved the number. ``packages`` are codes of the menu."""

    external_id = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=60)
    phone = serializers.CharField(max_length=30)
    plate = serializers.CharField(max_length=20)
    model_text = serializers.CharField(max_length=80, required=False, allow_blank=True)
    words = serializers.CharField(max_length=500, required=False, allow_blank=True)
    packages = serializers.ListField(child=serializers.CharField(max_length=20), required=False, max_length=8)
    starts_at = serializers.DateTimeField()

    def validate_phone(self, value: str) -> str:
        """E.164, read as people type it."""
        return _e164(value)

    def validate_plate(self, value: str) -> str:
        """As it is stored."""
        plate = plates.normalise(value)
        try:
            plates.validate(plate)
        except FieldError as error:
            raise serializers.ValidationError(error.messages) from error
        return plate

    def validate_packages(self, codes: list[str]) -> list[Ask]:
        """Everything must be on the menu of the caller's store."""
        found = {p.code: p for p in online_menu.packages(self.context["request"].user.store)}
        if unknown := [code for code in codes if code not in found]:
            raise serializers.ValidationError(
                _("Not on the menu: %(codes)s.") % {"codes": ", ".join(unknown)}
            )
        return [Ask(found[code]) for code in codes]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something has to be done."""
        if not attrs.get("packages") and not attrs.get("words"):
            raise serializers.ValidationError(
                {"words": _("Choose something from the menu, or say what is to be done.")}
            )
        return attrs


class OnlineRequestSerializer(serializers.ModelSerializer):
    """What became of a request."""

    items = ItemSerializer(many=True, read_only=True)
    appointment_number = serializers.CharField(source="appointment.number", default="", read_only=True)

    class Meta:
        model = OnlineRequest
        fields = [
            "id", "number", "external_id", "store", "channel", "status", "name", "phone", "plate",
            "model_text", "words", "starts_at", "ends_at", "received_at", "appointment",
            "appointment_number", "items",
        ]  # fmt: skip
        read_only_fields = fields


class OfferSerializer(serializers.Serializer):
    """A time for somebody who waits."""

    starts_at = serializers.DateTimeField()
    version = serializers.IntegerField(required=False)

    def validate_starts_at(self, value: Any) -> Any:
        """Only what lies ahead can be offered."""
        return _future(value)


class AcceptanceSerializer(serializers.Serializer):
    """Yes to an offer; ``starts_at`` names the one that was shown, another one is refused."""

    starts_at = serializers.DateTimeField(required=False)
    version = serializers.IntegerField(required=False)


class RefusalSerializer(AcceptanceSerializer):
    """No to an offer; ``stays`` false: off the list."""

    stays = serializers.BooleanField(default=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class RescheduleSerializer(serializers.Serializer):
    """Another time; ``advisor`` null means whoever is free, left out the same as before."""

    starts_at = serializers.DateTimeField()
    advisor = _Mine(User, required=False, allow_null=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(required=False)

    def validate_starts_at(self, value: Any) -> Any:
        """Only what lies ahead can be booked."""
        return _future(value)


class ReasonSerializer(serializers.Serializer):
    """Why."""

    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(required=False)


class VersionSerializer(serializers.Serializer):
    """The version the caller has seen; a newer one refuses the verb."""

    version = serializers.IntegerField(required=False)


def _e164(value: str) -> str:
    try:
        return phones.normalise(value)
    except FieldError as error:
        raise serializers.ValidationError(error.messages) from error


def _future(value: Any) -> Any:
    if value <= clock.now():
        raise serializers.ValidationError(_("This time is past. Choose a later one."))
    return value
