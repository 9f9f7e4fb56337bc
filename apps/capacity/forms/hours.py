"""Forms of when the house works: weekly hours, single days, absences, blackouts."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.capacity.models import MADE_UP, PUBLIC_HOLIDAY, CapacityDay, Resource
from apps.catalog.models import BayKind
from apps.core import clock
from apps.core.when import WEEKDAYS

QUARTER = 15
KINDS = [
    *enumerate(WEEKDAYS, start=1),
    (PUBLIC_HOLIDAY, _("Public holidays")),
    (MADE_UP, _("Worked weekends")),
]


def check_span(form: forms.Form | forms.ModelForm, opens: str, closes: str) -> None:
    """Both times or none, in order, on quarter hours; the message stands beside the field."""
    if opens in form.errors or closes in form.errors:
        return
    start, end = form.cleaned_data.get(opens), form.cleaned_data.get(closes)
    if (start is None) != (end is None):
        form.add_error(opens if start is None else closes, _("Give both times, or none."))
    elif start and end and end <= start:
        form.add_error(closes, _("The day ends after it begins."))
    elif any(t and (t.minute % QUARTER or t.second) for t in (start, end)):
        form.add_error(opens, _("Use quarter hours, as in 08:15."))


def time_field(label: Any) -> forms.TimeField:
    """A time of day that may be empty."""
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M"))


class HoursForm(forms.Form):
    """Opening hours of the seven weekdays, of public holidays and of worked weekends.

    Both times empty close a weekday; the other two are then as their weekday, unless holidays are closed.
    """

    closed_on_holidays = forms.BooleanField(label=_("Closed on public holidays"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, _label in KINDS:
            self.fields[f"opens_{kind}"] = time_field(_("opens"))
            self.fields[f"closes_{kind}"] = time_field(_("closes"))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """``[{weekday, opens, closes}]`` of bound fields."""
        return [
            {"weekday": label, "opens": self[f"opens_{kind}"], "closes": self[f"closes_{kind}"]}
            for kind, label in KINDS
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for kind, _label in KINDS:
            check_span(self, f"opens_{kind}", f"closes_{kind}")
        if cleaned.get("closed_on_holidays") and cleaned.get(f"opens_{PUBLIC_HOLIDAY}"):
            self.add_error(f"opens_{PUBLIC_HOLIDAY}", _("Either closed on public holidays, or with hours."))
        return cleaned

    @property
    def hours(self) -> dict[int, tuple[time, time] | None]:
        """What was entered, by kind of day; what is as its weekday is left out."""
        data = self.cleaned_data
        spans = {
            kind: (data[f"opens_{kind}"], data[f"closes_{kind}"]) if data[f"opens_{kind}"] else None
            for kind, _label in KINDS
        }
        shut = data["closed_on_holidays"]
        return {
            kind: span
            for kind, span in spans.items()
            if span or kind < PUBLIC_HOLIDAY or (kind == PUBLIC_HOLIDAY and shut)
        }


class ClosureForm(forms.Form):
    """A day without work."""

    day = forms.DateField(label=_("Closed on"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        help_text=_("Shown wherever somebody asks for a slot on this day, for example: Spring Festival."),
    )

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day < clock.today():
            raise forms.ValidationError(_("This day is over."))
        return day


MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def check_moments(form: forms.Form, over: Any) -> None:
    """``till_at`` comes after ``from_at`` and lies ahead, else ``over`` is told."""
    start: datetime | None = form.cleaned_data.get("from_at")
    end: datetime | None = form.cleaned_data.get("till_at")
    if start and end and end <= start:
        form.add_error("till_at", _("The end comes after the beginning."))
    elif end and end <= timezone.localtime(clock.now()):
        form.add_error("till_at", over)


class AbsenceForm(forms.Form):
    """Somebody or something that is not there for a while."""

    resource = forms.ModelChoiceField(label=_("Who or what"), queryset=Resource.objects.none())
    from_at = forms.DateTimeField(label=_("From"), widget=MOMENT)
    till_at = forms.DateTimeField(label=_("Until"), widget=MOMENT)
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = Resource.objects.visible_to(by).active()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_moments(self, _("This absence is over already."))
        return cleaned


class DayForm(forms.ModelForm):
    """One day's own hours and limits; empty is as usual, and all empty is an ordinary day again."""

    class Meta:
        model = CapacityDay
        fields = (
            "opens",
            "closes",
            "intake_per_hour",
            "people_per_hour",
            "reserve_percent",
            "express_lanes",
        )

    def __init__(self, *args: Any, usual: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens", "closes"):
            self.fields[name] = time_field(self.fields[name].label)
        for name, field in self.fields.items():
            if usual.get(name) not in (None, ""):
                field.widget.attrs["placeholder"] = str(usual[name])
                field.help_text = _("as usual: %(value)s") % {"value": usual[name]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_span(self, "opens", "closes")
        return cleaned


class WhichDayForm(forms.Form):
    """The day that is to differ."""

    day = forms.DateField(label=pgettext_lazy("calendar", "Day"))

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day < clock.today():
            raise forms.ValidationError(_("This day is over."))
        return day


class BlackoutForm(forms.Form):
    """A time in which nobody may book."""

    from_at = forms.DateTimeField(label=_("From"), widget=MOMENT)
    till_at = forms.DateTimeField(label=_("Until"), widget=MOMENT)
    bay_kind = forms.ChoiceField(
        label=_("Kind of work"), choices=[("", _("all work")), *BayKind.choices], required=False
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=100, help_text=_("Told wherever somebody asks for a time.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        check_moments(self, _("This time is over already."))
        return cleaned
