"""Forms of dispatcher and technicians."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.capacity.models import Resource
from apps.workshop.models import Job, PauseReason

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M")


class PlanForm(forms.Form):
    """Where, who and when; a bay or technician left open is chosen by who is free."""

    bay = forms.ModelChoiceField(
        label=_("Bay"), queryset=Resource.objects.none(), required=False, empty_label=_("whichever is free")
    )
    technician = forms.ModelChoiceField(
        label=_("Technician"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=_("whoever is free"),
    )
    starts_at = forms.DateTimeField(label=_("Start"), widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M"])

    def __init__(self, *args: Any, job: Job, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Resource.objects.filter(store_id=job.store_id).active()
        self.fields["bay"].queryset = mine.filter(kind=Resource.Kind.BAY)  # type: ignore[attr-defined]
        self.fields["technician"].queryset = mine.filter(kind=Resource.Kind.TECHNICIAN)  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    """Why work stands still."""

    reason = forms.ChoiceField(label=_("Reason"), choices=PauseReason.choices)


class FinishForm(forms.Form):
    """What was wrong and what was done."""

    cause = forms.CharField(
        label=_("Cause"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    work_done = forms.CharField(
        label=_("Work done"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class FindingForm(forms.Form):
    """Something more that the car needs."""

    text = forms.CharField(
        label=_("What you found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    photo = forms.FileField(label=_("Photo"), required=False)


class PhotoForm(forms.Form):
    """A photo of the work."""

    photo = forms.FileField(label=_("Photo"))
