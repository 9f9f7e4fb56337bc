"""Forms of the booking page and of the appointment's actions."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Store, User
from apps.appointments import promises
from apps.appointments.models import Appointment
from apps.appointments.selectors import receivers
from apps.core import clock, phones, plates, vin
from apps.core.widths import half_width
from apps.customers.models import ServiceRecord, Vehicle

QUARTER = 15
ELSEWHERE = (Appointment.Channel.ONLINE, Appointment.Channel.MAKER)
TAKEN_HERE = [c for c in Appointment.Channel if c not in ELSEWHERE]


class MomentField(forms.Field):
    """A slot's start, as ISO text with its offset."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(str(value))
        except ValueError:
            moment = None
        if moment is None:
            raise forms.ValidationError(_("This is no time. Choose one from the list."), code="invalid")
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


class PhoneField(forms.CharField):
    """A telephone number as people type it; cleaned to E.164."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return phones.normalise(typed) if typed else ""


class MileageField(forms.IntegerField):
    """Whole kilometres as people write them: ``45,000 km``, full-width digits too."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        typed = half_width(str(value)).lower().removesuffix("km") if value not in self.empty_values else ""
        return super().to_python(re.sub(r"[,\s]", "", typed))


class VisitField(forms.ModelChoiceField):
    """A finished visit, named as people remember it: when, what, at which mileage."""

    def label_from_instance(self, obj: ServiceRecord) -> str:
        km = f"{obj.odometer_km:,} km" if obj.odometer_km else ""
        words = [f"{obj.arrived_on:%Y-%m-%d}", (obj.description or obj.reference)[:40], km]
        return " · ".join(word for word in words if word)


def future(moment: datetime) -> datetime:
    """Refuse what is past."""
    if moment <= clock.now():
        raise forms.ValidationError(_("This time is past. Choose a later one."), code="past")
    return moment


def _date() -> forms.DateInput:
    # What is typed here asks for no new slots.
    return forms.DateInput(attrs={"type": "date", "data-quiet": True}, format="%Y-%m-%d")


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "data-quiet": True}, format="%H:%M")


class BookingForm(forms.Form):
    """Everything about a booking except its items, which ``Draft`` reads."""

    vehicle = forms.ModelChoiceField(queryset=Vehicle.objects.none(), widget=forms.HiddenInput)
    starts_at = MomentField(
        error_messages={"required": _("Choose a time from the list.")}, label=pgettext_lazy("time", "Arrival")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Appointment.Kind.choices)
    comeback_of = VisitField(
        label=_("Comeback of the visit"),
        queryset=ServiceRecord.objects.none(),
        required=False,
        empty_label=_("not on file"),
        widget=forms.Select(attrs={"data-quiet": True}),
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=[(c.value, c.label) for c in TAKEN_HERE])
    advisor = forms.ModelChoiceField(
        label=_("Advisor"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("whoever is free"),
    )
    contact_name = forms.CharField(label=pgettext_lazy("person", "Contact"), max_length=60)
    contact_phone = PhoneField(label=_("Contact phone"), max_length=30)
    odometer_km = MileageField(label=_("Mileage, km"), min_value=0, max_value=2_000_000, required=False)
    people = forms.IntegerField(
        label=_("People who come"),
        min_value=0,
        max_value=20,
        required=False,
        help_text=_("0 when we fetch the car."),
    )
    mobility = forms.ChoiceField(
        label=_("Meanwhile the customer"), choices=Appointment.Mobility.choices, required=False
    )
    fetched_from = forms.CharField(label=_("Where we fetch the car"), max_length=200, required=False)
    customer_words = forms.CharField(
        label=_("The customer's words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As the customer said it, not as we understand it."),
    )

    def __init__(
        self, *args: Any, user: User, store: Store | None, has_time: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not has_time:  # who waits for a time has none yet, whatever was ticked before
            self.fields["starts_at"] = forms.CharField(required=False, widget=forms.HiddenInput)
        vehicles = Vehicle.objects.in_group_of(user).select_related("owner", "model__brand")
        self.fields["vehicle"].queryset = vehicles  # type: ignore[attr-defined]  # a choice field
        if store is not None:
            self.fields["advisor"].queryset = receivers(store)  # type: ignore[attr-defined]  # a choice field
        self.fields["comeback_of"].queryset = self._visits(user)  # type: ignore[attr-defined]  # a choice field
        self.fields["odometer_km"].widget.attrs |= {"inputmode": "numeric"}
        self.fields["contact_phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def _visits(self, user: User) -> QuerySet[ServiceRecord]:
        """What the car may come back for, the last visit first."""
        vehicle = str(self["vehicle"].value() or "")
        rows = ServiceRecord.objects.visible_to(user).order_by("-arrived_on", "-pk")
        return rows.filter(vehicle_id=int(vehicle)) if vehicle.isdecimal() else rows.none()

    def clean_starts_at(self) -> datetime | None:
        moment = self.cleaned_data["starts_at"]
        return future(moment) if isinstance(moment, datetime) else None

    def clean_people(self) -> int:
        people = self.cleaned_data["people"]
        return 1 if people is None else people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("mobility") == Appointment.Mobility.FETCHED and not cleaned.get("fetched_from"):
            self.add_error("fetched_from", _("The driver needs the address."))
        if cleaned.get("kind") != Appointment.Kind.COMEBACK:
            cleaned["comeback_of"] = None
        vehicle, km = cleaned.get("vehicle"), cleaned.get("odometer_km")
        if vehicle and km is not None and vehicle.odometer_km and km < vehicle.odometer_km:
            self.add_error(
                "odometer_km",
                _("The last reading was %(km)s km. Ask again, or leave it empty.")
                % {"km": f"{vehicle.odometer_km:,}"},
            )
        return cleaned


def holds_a_quarter(begin: time, end: time) -> bool:
    """Whether an arrival time, a quarter of an hour, lies within both times."""
    first = -(-(begin.hour * 60 + begin.minute) // QUARTER) * QUARTER
    return first <= end.hour * 60 + end.minute


class WishForm(forms.Form):
    """When somebody who waits wants to come: days, and hours if he said any."""

    from_day = forms.DateField(label=_("From"), widget=_date())
    till_day = forms.DateField(label=_("Until"), widget=_date())
    from_time = forms.TimeField(label=_("Arrival not before"), widget=_time(), required=False)
    till_time = forms.TimeField(label=_("Not after"), widget=_time(), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_day"), cleaned.get("till_day")
        if last and last < clock.today():
            self.add_error("till_day", _("This day is past. Choose a later one."))
        elif first and last and last < first:
            self.add_error("till_day", _("The last wished day comes before the first."))
        begin, end = cleaned.get("from_time"), cleaned.get("till_time")
        if begin and end and end < begin:
            self.add_error("till_time", _("The wished hours end before they begin."))
        elif begin and end and not holds_a_quarter(begin, end):
            self.add_error("till_time", _("Cars arrive on the quarter hour: leave one between both times."))
        return cleaned


class OfferForm(forms.Form):
    """A time for somebody who waits."""

    starts_at = MomentField(error_messages={"required": _("Choose a time from the list.")})
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_starts_at(self) -> datetime:
        return future(self.cleaned_data["starts_at"])


class AnswerForm(forms.Form):
    """What the customer says to an offer: which one the page showed, and whether he stays on the list."""

    starts_at = MomentField()
    stays = forms.BooleanField(required=False)


class CallerForm(forms.Form):
    """A caller nobody knows yet: name, phone, plate; the VIN can wait until the car is here."""

    name = forms.CharField(label=_("Name"), max_length=100)
    phone = PhoneField(label=_("Phone"), max_length=30)
    plate = forms.CharField(label=_("Plate"), max_length=20)
    vin = forms.CharField(label=_("VIN"), max_length=30, required=False)
    model_text = forms.CharField(label=_("Model, as the caller says it"), max_length=80, required=False)

    def clean_plate(self) -> str:
        plate = plates.normalise(self.cleaned_data["plate"])
        plates.validate(plate)
        return plate

    def clean_vin(self) -> str:
        typed = self.cleaned_data["vin"]
        return vin.normalise(typed) if typed else ""


class CallBackForm(forms.Form):
    """ "We call you back": who does, by when, and what about if the customer's words do not say it."""

    to = forms.ChoiceField(label=_("Who calls back"), choices=())
    due_at = forms.DateTimeField(label=_("By when"), widget=forms.DateTimeInput(attrs={"data-quiet": True}))
    what = forms.CharField(
        label=_("What about"),
        max_length=300,
        required=False,
        help_text=_("Empty: the customer's words."),
        widget=forms.TextInput(attrs={"data-quiet": True}),
    )

    def __init__(self, *args: Any, words: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "back", **kwargs})
        self.words = words.strip()
        roles = [(role.value, role.label) for role in promises.SUPERIORS]
        self.fields["to"].choices = [("", _("myself")), *roles]  # type: ignore[attr-defined]  # a choice field
        self.fields["to"].required = False

    def clean_due_at(self) -> datetime:
        return future(self.cleaned_data["due_at"])

    def clean_what(self) -> str:
        what = self.cleaned_data["what"] or self.words
        if not what:
            raise forms.ValidationError(_("Say what about: whoever calls back was not on the phone."))
        return what


class RescheduleForm(forms.Form):
    """Another time, maybe another advisor."""

    starts_at = MomentField(
        error_messages={"required": _("Choose a time from the list.")}, label=pgettext_lazy("time", "Arrival")
    )
    advisor = forms.ModelChoiceField(
        label=_("Advisor"), queryset=User.objects.none(), required=False, empty_label=_("whoever is free")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisor"].queryset = receivers(store)  # type: ignore[attr-defined]  # a choice field
        self.fields["advisor"].widget.attrs["class"] = "form-select"

    def clean_starts_at(self) -> datetime:
        return future(self.cleaned_data["starts_at"])


class ReasonForm(forms.Form):
    """Why an appointment is cancelled, or why nobody came."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why: the reason stays with the appointment.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class VersionForm(forms.Form):
    """What the page showed, so that a stale tab is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput)
