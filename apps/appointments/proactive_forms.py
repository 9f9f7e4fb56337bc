"""What the agent fills in after a proactive call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.appointments.models import ProactiveCall
from apps.calls.models import Call

Result = ProactiveCall.Result


class ProactiveForm(forms.Form):
    """The result, and what belongs to it."""

    result = forms.ChoiceField(
        label=_("Result"),
        choices=Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what came of the call.")},
    )
    again_on = forms.DateField(label=_("Call again on"), required=False)
    lost_reason = forms.ChoiceField(
        label=_("Why lost"), choices=[("", "–"), *ProactiveCall.Lost.choices], required=False
    )
    reason = forms.CharField(
        label=_("Reason, or what was said"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    person_spoken_to = forms.CharField(label=_("Spoken to"), max_length=60)

    def __init__(self, data: Any = None, *, call: Call) -> None:
        super().__init__(data, initial={"person_spoken_to": call.customer.name[:60]})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        result = cleaned.get("result")
        wanted: tuple[str, Any] | None = {
            str(Result.LATER): ("again_on", _("Say on which day.")),
            str(Result.LOST): ("lost_reason", _("Say why the customer is lost.")),
            str(Result.REFUSED): ("reason", _("Say why: it is read before the next call.")),
        }.get(str(result))
        if wanted and not cleaned.get(wanted[0]) and wanted[0] not in self.errors:
            self.add_error(*wanted)
        return cleaned
