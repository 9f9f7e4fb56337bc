"""Forms of customers and vehicles. What they clean is handed to the verbs; they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.catalog.models import VehicleModel
from apps.core import clock
from apps.core import vin as vins
from apps.core.forms import VersionedFormMixin
from apps.core.money import MoneyFormField
from apps.customers.fields import CustomerField, PhoneField, PlateField, VinField
from apps.customers.models import Customer, Vehicle

DATES = ("purchased_on", "licensed_on", "insured_until", "inspection_due_on")


class VerbForm(VersionedFormMixin):
    """A versioned form whose values go to a verb."""

    extra: tuple[str, ...] = ()
    """Fields that the row does not have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["version"]
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "–"
            elif isinstance(field, forms.ChoiceField):
                choices = list(field.choices)  # type: ignore[arg-type]  # a list by now
                field.choices = [(value, label if value else "–") for value, label in choices]

    def values(self) -> dict[str, Any]:
        """Everything cleaned that belongs to the row."""
        own = set(self.cleaned_data) - {"version", *self.extra}
        return {name: self.cleaned_data[name] for name in self.fields if name in own}

    def take(self, error: ValidationError) -> None:
        """Show what a verb refused, beside the fields where they are on this form."""
        for name, errors in (
            error.error_dict.items() if hasattr(error, "error_dict") else [("", error.error_list)]
        ):
            self.add_error(name if name in self.fields else None, ValidationError(errors))


class CustomerForm(VerbForm):
    """A person or company with telephone, advisor and wishes."""

    phone = PhoneField(label=_("Phone"), required=False)

    class Meta:
        model = Customer
        fields = (
            "phone",
            "name",
            "kind",
            "gender",
            "advisor",
            "preferred_channel",
            "preferred_hours",
            "accepts_messages",
            "remarks",
        )
        widgets = {"kind": forms.RadioSelect, "remarks": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        advisors = User.objects.visible_to(by).with_role(Role.SERVICE_ADVISOR, Role.RECEPTION_SUPERVISOR)
        if self.instance.advisor_id:
            advisors = advisors | User.objects.filter(pk=self.instance.advisor_id)
        choice = self.fields["advisor"]
        choice.queryset = advisors.order_by("name", "pk")  # type: ignore[attr-defined]  # a choice field
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].required = self.instance.pk is None
        if self.instance.pk is None and not self.is_bound:
            self.fields["phone"].widget.attrs["autofocus"] = ""
        if self.instance.pk is None and by.role == Role.SERVICE_ADVISOR:
            self.initial.setdefault("advisor", by.pk)


class VehicleForm(VerbForm):
    """Everything that stands in the vehicle's papers."""

    plate = PlateField(label=_("Plate"), required=False)
    vin = VinField(label=_("VIN"), required=False)

    class Meta:
        model = Vehicle
        fields: tuple[str, ...] = (
            "plate",
            "vin",
            "vin_override_reason",
            "model",
            "model_text",
            "energy",
            "colour",
            "engine_number",
            "gearbox",
            "purchased_on",
            "licensed_on",
            "insured_until",
            "inspection_due_on",
            "km_per_month",
            "is_statutory",
            "driver",
            "remarks",
        )
        labels = {"vin_override_reason": _("The VIN is right although its check digit is not, because")}
        widgets = dict.fromkeys(
            ("purchased_on", "licensed_on", "insured_until", "inspection_due_on"), forms.DateInput
        )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        models = VehicleModel.objects.filter(brand__group_id=by.group_id).select_related("brand")
        choice = self.fields["model"]
        choice.queryset = models.order_by("brand__name", "name")  # type: ignore[attr-defined]  # a choice field
        self.fields["model_text"].help_text = _("Only if it is not in the list.")
        if "driver" in self.fields:
            self.fields["driver"] = CustomerField(
                by=by,
                label=_("Driver"),
                required=False,
                help_text=_("If somebody else than the owner brings the car: telephone or customer number."),
            )
            self.initial["driver"] = self._theirs["driver"] = self.instance.driver

    @property
    def asks_reason(self) -> bool:
        """Whether the reason for an unusual VIN is to be shown."""
        codes = {error.code for error in self.errors.as_data().get("vin", [])} if self.is_bound else set()
        return "check_digit" in codes or bool(self["vin_override_reason"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        vin, reason = cleaned.get("vin", ""), cleaned.get("vin_override_reason", "")
        if vin and not reason:
            try:
                vins.validate(vin)
            except ValidationError as error:
                self.add_error("vin", error)
        if not vin and not cleaned.get("plate") and not {"vin", "plate"} & set(self.errors):
            self.add_error("plate", _("Enter the plate or the VIN."))
        if cleaned.get("model") and not cleaned.get("energy"):
            cleaned["energy"] = cleaned["model"].energy
        return cleaned


class NewVehicleForm(VehicleForm):
    """What the desk asks for while the customer is on the phone; the rest comes with the papers."""

    extra = ("odometer_km",)
    odometer_km = forms.IntegerField(label=_("Mileage"), required=False, min_value=0, max_value=9_999_999)

    class Meta(VehicleForm.Meta):
        fields = (
            "plate",
            "vin",
            "vin_override_reason",
            "model",
            "model_text",
            "energy",
            "colour",
            "purchased_on",
        )


class ReadingForm(forms.Form):
    """One odometer reading. What contradicts the earlier ones is asked about, not swallowed."""

    odometer_km = forms.IntegerField(label=_("Mileage"), min_value=0, max_value=9_999_999)
    read_on = forms.DateField(label=_("Read on"), widget=forms.DateInput)
    replaced_reason = forms.CharField(label=_("Odometer replaced, because"), required=False, max_length=200)
    keep = forms.BooleanField(label=_("Keep it as it was read, flagged"), required=False)

    def __init__(self, *args: Any, vehicle: Vehicle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vehicle = vehicle
        self.asks = False
        self.initial.setdefault("read_on", clock.today())

    def clean_read_on(self) -> Any:
        day = self.cleaned_data["read_on"]
        if day > clock.today():
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        km, on = cleaned.get("odometer_km"), cleaned.get("read_on")
        if km is None or on is None:
            return cleaned
        other = self.vehicle.conflicting_reading(km, on, replaced=bool(cleaned["replaced_reason"]))
        self.asks = other is not None
        if other is not None and not cleaned["keep"]:
            self.add_error(
                "odometer_km",
                ValidationError(
                    _(
                        "%(km)s km were read on %(on)s already. Compare with the car; give a reason if "
                        "the odometer was replaced, or keep the reading flagged."
                    ),
                    code="backwards",
                    params={"km": other.odometer_km, "on": other.read_on.isoformat()},
                ),
            )
        return cleaned


class OwnerForm(forms.Form):
    """Who owns the vehicle from now on."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = CustomerField(
            by=by, label=_("New owner"), help_text=_("Telephone or customer number of a customer on file.")
        )
        self.fields = {"owner": owner, **self.fields}


class RecommendationForm(forms.Form):
    """Work to be offered next time."""

    text = forms.CharField(label=_("Recommended work"), max_length=200)
    amount = MoneyFormField(label=_("Amount"), required=False, min_value=0)
    is_safety_relevant = forms.BooleanField(label=_("Safety-relevant"), required=False)


class ClosingForm(forms.Form):
    """Why a recommendation is taken off the list."""

    reason = forms.CharField(label=_("Reason"), max_length=100)


class OpeningForm(forms.Form):
    """Why a file of another store is opened, and by which exact number it was found."""

    customer = forms.IntegerField(widget=forms.HiddenInput)
    q = forms.CharField(max_length=60, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=200)
