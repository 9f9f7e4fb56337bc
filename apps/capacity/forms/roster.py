"""Forms of shifts and of the roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.capacity.models import Shift
from apps.capacity.models.shifts import MOST_TIMES
from apps.capacity.rostering import read_times
from apps.core.forms import VersionedFormMixin

QUARTER = 15


class ShiftForm(VersionedFormMixin):
    """A shift: its name and its working time between the breaks."""

    hours = forms.CharField(
        label=_("Working time"),
        max_length=100,
        help_text=_("From and till of each piece, on quarter hours: 08:00-12:00, 13:00-17:00."),
    )

    class Meta:
        model = Shift
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in self.instance.pieces)
        self.fields["hours"].initial = self._theirs["hours"] = shown

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        twins = Shift.objects.filter(store=self.instance.store, name=name)
        if twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("“%(name)s” is there already.") % {"name": name})
        return name

    def clean_hours(self) -> str:
        try:
            times = read_times(self.cleaned_data["hours"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if len(times) > MOST_TIMES:
            raise forms.ValidationError(_("A shift has at most three pieces."))
        if any(moment.minute % QUARTER or moment.second for moment in times):
            raise forms.ValidationError(_("Use quarter hours, as in 08:15."))
        self.instance.times = times
        return self.cleaned_data["hours"]
