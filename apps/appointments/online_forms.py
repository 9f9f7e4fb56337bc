"""Forms of the online page and of those who confirm what came in by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, User
from apps.appointments.forms import MomentField, PhoneField, future
from apps.appointments.selectors import receivers
from apps.catalog.models import Package
from apps.core import plates
from apps.customers.models import Vehicle

NEW = "new"
MOST = 8


class AskForm(forms.Form):
    """What a customer asks for by himself. ``item`` are ids of packages on the menu."""

    item = forms.ModelMultipleChoiceField(queryset=Package.objects.none(), required=False)
    words = forms.CharField(
        label=_("Something else, or what is wrong"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    starts_at = MomentField(
        error_messages={"required": _("Choose a time from the list.")}, label=pgettext_lazy("time", "Arrival")
    )
    name = forms.CharField(label=_("Your name"), max_length=60)
    phone = PhoneField(
        label=_("Your mobile number"),
        max_length=30,
        help_text=_("We send a code to it, and later the confirmation."),
    )
    plate = forms.CharField(label=_("Plate"), max_length=20)
    model_text = forms.CharField(label=_("Which car is it?"), max_length=80, required=False)

    def __init__(self, *args: Any, menu: QuerySet[Package], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = menu  # type: ignore[attr-defined]  # a choice field
        for name, autocomplete in (("name", "name"), ("phone", "tel")):
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        self.fields["phone"].widget.attrs["inputmode"] = "tel"

    def clean_item(self) -> list[Package]:
        return list(self.cleaned_data["item"][:MOST])

    def clean_plate(self) -> str:
        plate = plates.normalise(self.cleaned_data["plate"])
        plates.validate(plate)
        return plate

    def clean_starts_at(self) -> datetime:
        return future(self.cleaned_data["starts_at"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("item") and not cleaned.get("words") and "words" not in self.errors:
            self.add_error("words", _("Choose something from the menu, or say what is to be done."))
        return cleaned


class CodeForm(forms.Form):
    """The code from the message; another time where the first one is gone."""

    code = forms.CharField(
        label=_("The six digits from the message"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    starts_at = MomentField(required=False)

    def clean_code(self) -> str:
        return "".join(c for c in self.cleaned_data["code"] if c.isdigit())


class ConfirmForm(forms.Form):
    """Which car of the file comes, or a new one; at the time asked for, or another."""

    vehicle = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": _("Say which car comes.")}
    )
    starts_at = MomentField(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, vehicles: Iterable[Vehicle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.vehicles = {str(vehicle.pk): vehicle for vehicle in vehicles}
        choices = [(pk, str(vehicle)) for pk, vehicle in self.vehicles.items()]
        self.fields["vehicle"].choices = [*choices, (NEW, NEW)]  # type: ignore[attr-defined]  # a choice field

    @property
    def chosen(self) -> Vehicle | None:
        """The car of the file; None for a new one."""
        return self.vehicles.get(self.cleaned_data["vehicle"])


class AssignForm(forms.Form):
    """Who is to call instead."""

    to = forms.ModelChoiceField(label=_("Advisor"), queryset=User.objects.none())
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = receivers(store)  # type: ignore[attr-defined]  # a choice field
