"""Forms of the order page."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import VersionedFormMixin
from apps.core.money import MoneyFormField
from apps.core.phones import normalise
from apps.workorders.models import Line, WorkOrder
from apps.workorders.services.orders import OPTIONS

PNG = "data:image/png;base64,"


class SignatureField(forms.CharField):
    """A drawn signature: a PNG data address in a hidden input; cleans to bytes, empty for none."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        """The PNG's bytes. Raises ValidationError for anything else."""
        text = super().to_python(value)
        if not text:
            return b""
        if not text.startswith(PNG):
            raise forms.ValidationError(_("The signature could not be read. Let the customer sign again."))
        try:
            return base64.b64decode(text.removeprefix(PNG), validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(
                _("The signature could not be read. Let the customer sign again.")
            ) from None


class LineForm(forms.Form):
    """Change a line, or add sublet work or a fee."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(k.value, k.label) for k in (Line.Kind.SUBLET, Line.Kind.FEE)],
        widget=forms.RadioSelect,
    )
    description = forms.CharField(label=_("Description"), max_length=120)
    quantity = forms.DecimalField(
        label=_("Quantity or hours"),
        max_digits=8,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    unit_price = MoneyFormField(label=_("Unit price"), min_value=0)
    discount = MoneyFormField(label=_("Discount"), min_value=0, required=False)
    payer = forms.ChoiceField(label=_("Who pays"), choices=Line.Payer.choices)
    wish = forms.ChoiceField(label=_("Why"), choices=Line.Wish.choices)
    reason = forms.CharField(
        label=_("What was found, for the customer"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_safety_relevant = forms.BooleanField(label=_("Concerns safety"), required=False)
    stale: list[dict] = []
    """What differs from the line as it stands, when somebody changed it meanwhile."""

    def __init__(self, *args: Any, line: Line | None = None, **kwargs: Any) -> None:
        if line is not None:
            kwargs["initial"] = {name: getattr(line, name) for name in self.base_fields}
        else:
            kwargs.setdefault(
                "initial",
                {
                    "kind": Line.Kind.SUBLET,
                    "quantity": 1,
                    "payer": Line.Payer.CUSTOMER,
                    "wish": Line.Wish.REQUIRED,
                },
            )
        super().__init__(*args, **kwargs)
        if line is not None:
            del self.fields["kind"]
            if line.kind == Line.Kind.LABOUR:
                self.fields["quantity"].label = _("Hours")
            elif line.kind == Line.Kind.PART:
                self.fields["quantity"].label = _("Quantity")

    def clean_discount(self) -> Decimal:
        """An empty box is no discount."""
        return self.cleaned_data["discount"] or Decimal("0.00")


class OptionsForm(VersionedFormMixin):
    """What was agreed with the customer beside the lines."""

    class Meta:
        model = WorkOrder
        fields = OPTIONS
        widgets = {
            "customer_words": forms.Textarea(attrs={"rows": 3}),
            "old_parts": forms.RadioSelect,
            "hand_back": forms.RadioSelect,
            "wished_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def clean_contact_phone(self) -> str:
        """Stored in one spelling."""
        typed = self.cleaned_data["contact_phone"]
        return normalise(typed) if typed else ""

    def options(self) -> dict[str, Any]:
        """What to hand to ``change_options``."""
        return {name: self.cleaned_data[name] for name in OPTIONS}


class PromiseForm(forms.Form):
    """The time promised to the customer."""

    promised_at = forms.DateTimeField(
        label=_("Promised time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=_("Reason for promising earlier than computed"), max_length=200, required=False
    )


class ConsentForm(forms.Form):
    """The customer's answer to a frozen version: line by line, with name and signature."""

    given_by = forms.CharField(label=_("Name"), max_length=60)
    signature_png = SignatureField(required=False)

    def __init__(self, *args: Any, waiting: list[dict], default: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting = waiting
        self.default = default

    @property
    def questions(self) -> list[dict]:
        """``[{"line", "said"}]``: what to answer, and what was answered ("yes", "no" or nothing yet)."""
        return [
            {"line": line, "said": self.data.get(f"line_{line['id']}", "" if self.is_bound else self.default)}
            for line in self.waiting
        ]

    def answers(self) -> tuple[list[int], list[int]]:
        """Ids of the lines accepted and of those declined; a line without an answer is in neither."""
        said = {line["id"]: self.data.get(f"line_{line['id']}", "") for line in self.waiting}
        accepted = [pk for pk, word in said.items() if word == "yes"]
        return accepted, [pk for pk, word in said.items() if word == "no"]

    def clean(self) -> dict[str, Any]:
        """Every waiting line needs an answer."""
        accepted, declined = self.answers()
        if len(accepted) + len(declined) < len(self.waiting):
            raise forms.ValidationError(_("Answer each line: accept or decline."), code="unanswered")
        return self.cleaned_data


class SignForm(ConsentForm):
    """The answer with a signature."""

    def clean_signature_png(self) -> bytes:
        """Drawn, not empty."""
        if not self.cleaned_data["signature_png"]:
            raise forms.ValidationError(_("The signature is empty. Let the customer sign in the box."))
        return self.cleaned_data["signature_png"]


class PhoneForm(ConsentForm):
    """The answer on the phone: who, which number, what was said."""

    phone = forms.CharField(label=_("Number called"), max_length=20)
    said = forms.CharField(label=_("What was said"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    witness = forms.CharField(
        label=_("Second person who listened"),
        max_length=60,
        required=False,
        help_text=_("Needed for larger amounts."),
    )

    def clean_phone(self) -> str:
        """Stored in one spelling. Raises ValidationError."""
        return normalise(self.cleaned_data["phone"])


class DeclineForm(forms.Form):
    """The customer leaves without repair."""

    reason = forms.CharField(label=_("Why the customer declines"), max_length=200)
    given_by = forms.CharField(
        label=_("Name of the person who declines"),
        max_length=60,
        required=False,
        help_text=_("Required when a line concerns safety."),
    )
    waived_reason = forms.CharField(
        label=_("Diagnosis fee waived because"),
        max_length=200,
        required=False,
        help_text=_("Leave empty if nothing was diagnosed or the fee is charged."),
    )


class PhotoForm(forms.Form):
    """A photo for a line."""

    photo = forms.ImageField(label=_("Photo"))
