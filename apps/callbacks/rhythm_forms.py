"""What is typed about an improvement."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.callbacks.models import Improvement
from apps.core import clock


class PlanForm(forms.ModelForm):
    """Who does what until when, and when the figures are looked at again."""

    class Meta:
        model = Improvement
        fields = ["owner", "measure", "due_on", "recheck_on"]
        widgets = {
            "measure": forms.Textarea(attrs={"rows": 3}),
            "due_on": forms.DateInput,
            "recheck_on": forms.DateInput,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = (
            User.objects.active().filter(store=self.instance.store, is_shared=False).order_by("name", "pk")
        )
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = people
        for name in ("owner", "measure", "due_on", "recheck_on"):
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        due, again = cleaned.get("due_on"), cleaned.get("recheck_on")
        if due and due < clock.today():
            self.add_error("due_on", _("This day is over. Choose a later one."))
        if due and again and again <= due:
            self.add_error("recheck_on", _("The recheck comes after the measure."))
        return cleaned

    def _post_clean(self) -> None:
        """The row is written by the verb alone."""


class ConcludeForm(forms.Form):
    """Whether it helped."""

    helped = forms.TypedChoiceField(
        label=_("Did it help?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    conclusion = forms.CharField(label=_("conclusion"), max_length=300, required=False)
