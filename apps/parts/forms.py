"""Forms of the parts clerk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.models import Part


class QuantityField(forms.DecimalField):
    """A quantity of a part, two decimals."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, min_value: Decimal = Decimal("0.01"), **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=min_value, **kwargs)


class ReceiveForm(forms.Form):
    """Goods that came in: the part by its number, as the scanner types it."""

    code = forms.CharField(
        label=_("Part number"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    quantity = QuantityField(label=_("Quantity"))
    shelf = forms.CharField(label=_("Shelf"), max_length=20, required=False)
    note = forms.CharField(label=_("Delivery note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> str:
        """The part of the group's catalogue; it stands in ``self.part`` afterwards."""
        code = self.cleaned_data["code"].strip()
        self.part = Part.objects.visible_to(self.user).active().filter(code__iexact=code).first()
        if self.part is None:
            raise forms.ValidationError(
                _("There is no part “%(code)s” in the catalogue.") % {"code": code}, code="unknown_part"
            )
        return code


class CountForm(forms.Form):
    """What was counted on the shelf, and why it differs."""

    counted = QuantityField(label=_("Counted"), min_value=Decimal(0))
    note = forms.CharField(label=_("Why it differs"), max_length=200)


class PlaceForm(forms.Form):
    """Where the part lies and from when on it must be ordered."""

    shelf = forms.CharField(label=_("Shelf"), max_length=20, required=False)
    reorder_point = QuantityField(label=_("Reorder point"), min_value=Decimal(0))


class ExpectForm(forms.Form):
    """The day on which what is short arrives."""

    expected_on = forms.DateField(label=_("Expected on"), widget=forms.DateInput, required=False)


class ReturnForm(forms.Form):
    """Issued parts that come back."""

    quantity = QuantityField(label=_("Quantity"))
    note = forms.CharField(label=_("Why it comes back"), max_length=200)


class ReasonForm(forms.Form):
    """A reason that the ledger keeps."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
