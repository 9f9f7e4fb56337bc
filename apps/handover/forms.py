"""What is typed at planning a handover and on its day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.catalog.models import VehicleModel
from apps.core import clock, phones
from apps.core import vin as vins
from apps.customers.models import Customer, Vehicle
from apps.handover.models import Handover
from apps.handover.services import Delivery, advisors

EARLIEST_HOUR = 10


class VinForm(forms.Form):
    """Which car. A wrong check digit passes with a reason, which is asked for then."""

    vin = forms.CharField(label=_("VIN"), max_length=40)
    vin_override_reason = forms.CharField(
        label=_("Reason for an unusual VIN"), max_length=200, required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if vin := cleaned.get("vin"):
            cleaned["vin"] = vins.normalise(vin)
            try:
                vins.validate(cleaned["vin"], allow_check_digit=bool(cleaned.get("vin_override_reason")))
            except forms.ValidationError as error:
                self.add_error("vin", error)
                if error.code == vins.VinProblem.CHECK_DIGIT.value:
                    self.fields["vin_override_reason"].widget = forms.TextInput()
        return cleaned


def offer_advisors(field: forms.Field, store: Store) -> None:
    """Offer the store's advisors with the number of their customers, the least loaded first and proposed."""
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError("advisors are offered in a model choice field")
    people: list[Any] = advisors(store)
    field.queryset = User.objects.filter(pk__in=[person.pk for person in people])
    field.choices = [
        (person.pk, _("%(name)s (%(n)d customers)") % {"name": person.name, "n": person.customer_count})
        for person in people
    ]
    if people:
        field.initial = people[0].pk


class PlanForm(forms.Form):
    """The whole handover on one page, after the VIN. ``known`` is the car when the group has it on file."""

    OWNER, OTHER = "owner", "other"

    model = forms.ModelChoiceField(label=_("Model"), queryset=VehicleModel.objects.none(), required=False)
    model_text = forms.CharField(label=_("Model as written"), max_length=80, required=False)
    colour = forms.CharField(label=_("Colour"), max_length=30, required=False)
    plate = forms.CharField(label=_("Plate, if there is one"), max_length=20, required=False)
    buyer = forms.ChoiceField(
        label=_("Customer"),
        widget=forms.RadioSelect,
        choices=[(OWNER, _("The owner on file")), (OTHER, _("Somebody else"))],
        required=False,
        initial=OWNER,
    )
    name = forms.CharField(label=_("Customer's name"), max_length=100, required=False)
    phone = forms.CharField(label=_("Customer's phone"), max_length=40, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Customer.Kind.choices, widget=forms.RadioSelect, initial=Customer.Kind.PERSON
    )
    sales_consultant = forms.CharField(label=_("Sales consultant"), max_length=60)
    advisor = forms.ModelChoiceField(label=_("Dedicated advisor"), queryset=User.objects.none())
    invoiced_on = forms.DateField(label=_("Invoice date"), widget=forms.DateInput)
    planned_at = forms.DateTimeField(label=_("Handover at"), widget=forms.DateTimeInput)
    is_statutory = forms.BooleanField(
        label=_("Under statutory liability (three guarantees)"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, store: Store, known: Vehicle | None, owner_shown: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known, self.owner_shown = known, owner_shown
        if known is not None:
            for name in ("model", "model_text", "colour", "plate"):
                del self.fields[name]
        else:
            models = VehicleModel.objects.filter(brand__group_id=store.group_id).select_related("brand")
            self.fields["model"] = forms.ModelChoiceField(
                label=_("Model"), queryset=models.order_by("brand__name", "name"), required=False
            )
        if not owner_shown:
            del self.fields["buyer"]
        offer_advisors(self.fields["advisor"], store)
        today = clock.today()
        self.fields["invoiced_on"].initial = today
        self.fields["planned_at"].initial = clock.at(today + timedelta(days=1), EARLIEST_HOUR)

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        return phones.normalise(phone) if phone else ""

    def clean_planned_at(self) -> datetime:
        planned_at = self.cleaned_data["planned_at"]
        if planned_at < clock.at(clock.today(), 0):
            raise forms.ValidationError(_("This day has passed. Choose today or later."))
        return planned_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (self.owner_shown and cleaned.get("buyer") == self.OWNER):
            cleaned["buyer"] = self.OTHER
            if not cleaned.get("name"):
                self.add_error("name", _("Enter the customer's name."))
            if not cleaned.get("phone"):
                self.add_error("phone", _("Enter the customer's phone."))
        if self.known is None and not cleaned.get("model") and not cleaned.get("model_text"):
            self.add_error("model_text", _("Choose the model, or write it as it stands on the invoice."))
        return cleaned

    def vehicle_fields(self) -> dict[str, Any]:
        """What ``Vehicle.register`` takes."""
        names = ("model", "model_text", "colour", "plate")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}


class DeliveryForm(forms.Form):
    """The day itself: mileage, usage profile, wishes."""

    odometer_km = forms.IntegerField(label=_("Odometer"), min_value=0, max_value=5000)
    km_per_month = forms.IntegerField(
        label=_("Kilometres a month"),
        min_value=50,
        max_value=20000,
        help_text=_("As the customer expects; it seeds the forecast until two readings exist."),
    )
    sales_consultant = forms.CharField(label=_("Sales consultant"), max_length=60)
    preferred_channel = forms.ChoiceField(
        label=_("Preferred channel"), choices=Customer.Channel.choices, widget=forms.RadioSelect
    )
    preferred_hours = forms.ChoiceField(
        label=_("Preferred hours"),
        choices=[("", _("Any")), *Customer.Hours.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    visit_weekday = forms.TypedChoiceField(
        label=_("Usual visit day"),
        choices=[("", _("None")), *Handover.Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    use = forms.ChoiceField(
        label=_("Use"), choices=Handover.Use.choices, widget=forms.RadioSelect, initial=Handover.Use.PRIVATE
    )
    driven_on = forms.ChoiceField(
        label=_("Driven"), choices=Handover.Days.choices, widget=forms.RadioSelect, initial=Handover.Days.BOTH
    )

    def __init__(self, *args: Any, handover: Handover, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["sales_consultant"] = handover.sales_consultant
        self.initial["preferred_channel"] = handover.customer.preferred_channel or Customer.Channel.PHONE

    def delivery(self) -> Delivery:
        """The cleaned form as ``services.deliver`` takes it."""
        return Delivery(**self.cleaned_data)


class TimeForm(forms.Form):
    """Another time for the handover."""

    planned_at = forms.DateTimeField(label=_("New time"), widget=forms.DateTimeInput)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def clean_planned_at(self) -> datetime:
        planned_at = self.cleaned_data["planned_at"]
        if planned_at < clock.now():
            raise forms.ValidationError(_("This time has passed. Choose a later one."))
        return planned_at


class AdvisorForm(forms.Form):
    """Another dedicated advisor."""

    advisor = forms.ModelChoiceField(label=_("Dedicated advisor"), queryset=User.objects.none())

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_advisors(self.fields["advisor"], store)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
