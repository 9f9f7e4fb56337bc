"""Forms of a complaint."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.complaints.models import Complaint
from apps.complaints.services import owner_for


class ComplaintForm(forms.ModelForm):
    """Take a complaint in. The customer, vehicle and order come from where it was opened."""

    class Meta:
        model = Complaint
        fields = ["words", "cause", "wished_solution", "motive", "fault", "is_sensitive"]
        widgets = {
            "words": forms.Textarea(attrs={"rows": 5, "autofocus": True}),
            "cause": forms.RadioSelect,
            "motive": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].help_text = _("As the customer said it, not as we see it.")
        choice = cast(forms.ChoiceField, self.fields["motive"])
        choice.choices = Complaint.Motive.choices

    def take(self, *, store: Store, by: User, customer: Any, vehicle: Any, order: Any) -> Complaint:
        """Open the complaint for its owner by rule."""
        data = self.cleaned_data
        owner = owner_for(store, data["cause"], is_sensitive=data["is_sensitive"])
        return Complaint.take(
            store=store, by=by, owner=owner, customer=customer, vehicle=vehicle, order=order, **data
        )


class AnswerForm(forms.Form):
    """What was agreed with the customer."""

    answer = forms.CharField(label=_("What we answered and agreed"), widget=forms.Textarea(attrs={"rows": 4}))


class ClosingForm(forms.Form):
    """The customer's word and the prevention."""

    customer_word = forms.ChoiceField(
        label=_("The customer's word"), choices=Complaint.Word.choices, widget=forms.RadioSelect
    )
    prevention = forms.CharField(
        label=_("Prevention"), max_length=300, help_text=_("What we change so that it does not happen again.")
    )
