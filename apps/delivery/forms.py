"""Forms of settling, paying and handing back."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.money import MoneyFormField
from apps.delivery.explanations import EXPLANATIONS
from apps.delivery.models import CustodyItem
from apps.money.models import Payment


class SettleForm(forms.Form):
    """Whose name goes on the invoice."""

    invoice_title = forms.CharField(label=_("Invoice title"), max_length=100, required=False)


class PaymentForm(forms.Form):
    """One payment; several may be taken."""

    method = forms.ChoiceField(label=_("Method"), choices=Payment.Method.choices, widget=forms.RadioSelect)
    amount = MoneyFormField(label=_("Amount"))
    reference = forms.CharField(label=_("Reference"), max_length=60, required=False)


class ReversalForm(forms.Form):
    """Why a settlement is undone."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class CustodyForm(forms.Form):
    """Something taken in with the car."""

    kind = forms.ChoiceField(label=_("What is taken in"), choices=CustodyItem.Kind.choices)
    label = forms.CharField(label=_("Description"), max_length=60, required=False)


class HandBackForm(forms.Form):
    """What was explained and given back at the car."""

    explained = forms.MultipleChoiceField(
        label=_("Explained at the car"),
        choices=list(EXPLANATIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    returned = forms.TypedMultipleChoiceField(
        label=_("Given back"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    callback_wish = forms.CharField(
        label=_("When may we call?"),
        max_length=60,
        required=False,
        help_text=_("For example: weekdays after 14:00"),
    )
    unpaid_reason = forms.CharField(label=_("Reason for leaving unpaid"), max_length=200, required=False)

    def __init__(
        self, *args: Any, custody: list[CustodyItem], may_release: bool, owed: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kept = [(item.pk, str(item)) for item in custody if not item.returned_at]
        cast(forms.ChoiceField, self.fields["returned"]).choices = kept
        if not kept:
            del self.fields["returned"]
        if not (may_release and owed):
            del self.fields["unpaid_reason"]
