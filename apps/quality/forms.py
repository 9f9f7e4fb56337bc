"""The checker's form and the wash's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.quality.checklist import BAD, NOT_APPLICABLE, OK, items_for
from apps.quality.services import Findings, is_safety_relevant
from apps.workorders.models import WorkOrder
from apps.workshop.models import Job

CHOICES = [(OK, _("OK")), (BAD, _("Not OK")), (NOT_APPLICABLE, _("n/a"))]


class CheckForm(forms.Form):
    """One verdict per item; what is bad, and which jobs must be done again."""

    road_test_km = forms.IntegerField(label=_("Road test, km"), min_value=1, max_value=200, required=False)
    note = forms.CharField(
        label=_("What is wrong"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    exception_reason = forms.CharField(
        label=_("Reason for checking your own work"), max_length=200, required=False
    )

    def __init__(self, *args: Any, order: WorkOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.safety = is_safety_relevant(order)
        self.codes = items_for(safety_relevant=self.safety)
        for code, text in self.codes.items():
            self.fields[f"item-{code}"] = forms.ChoiceField(
                label=text, choices=CHOICES, required=False, widget=forms.RadioSelect
            )
        self.jobs = list(Job.objects.filter(order=order, state=Job.State.FINISHED).select_related("line"))
        for job in self.jobs:
            self.fields[f"job-{job.pk}"] = forms.CharField(
                label=str(job), max_length=300, required=False, help_text=_("What must be done again")
            )
            self.fields[f"rework-{job.pk}"] = forms.BooleanField(label=str(job), required=False)

    @property
    def items(self) -> list[forms.BoundField]:
        """The checklist's fields, in order."""
        return [self[f"item-{code}"] for code in self.codes]

    @property
    def job_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Tick and text of each finished job."""
        return [(self[f"rework-{job.pk}"], self[f"job-{job.pk}"]) for job in self.jobs]

    @property
    def findings(self) -> Findings:
        """What was filled in."""
        data = self.cleaned_data
        return Findings(
            verdicts={code: data[f"item-{code}"] for code in self.codes},
            notes={},
            note=data["note"],
            road_test_km=data["road_test_km"],
            exception_reason=data["exception_reason"],
        )

    @property
    def reworks(self) -> dict[Job, str]:
        """The jobs ticked, each with what must be done."""
        return {
            job: self.cleaned_data[f"job-{job.pk}"]
            for job in self.jobs
            if self.cleaned_data[f"rework-{job.pk}"]
        }


class WashForm(forms.Form):
    """Where the car and its keys are."""

    parked_at = forms.CharField(label=_("Parking place"), max_length=40)
    keys_at = forms.CharField(label=_("Keys"), max_length=40, required=False)
