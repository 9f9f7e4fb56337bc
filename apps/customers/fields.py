"""Form fields that read a VIN, a plate, a telephone number or a customer as people type them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import phones, plates
from apps.core import vin as vins
from apps.customers.models import Customer

TYPED_AT_MOST = 40
"""More than any of them has, so that blanks and hyphens do no harm."""


class NormalisedField(forms.CharField):
    """A text that counts as changed only when its normal form differs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": TYPED_AT_MOST} | kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")

    def normalised(self, text: str) -> str:
        """The form in which ``text`` is stored. May raise ValidationError."""
        raise NotImplementedError

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return self.normalised(typed) if typed else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self._comparable(initial) != self._comparable(data)
        except ValidationError:
            return True

    def _comparable(self, value: Any) -> str:
        return self.normalised(str(value)) if value and str(value).strip() else ""


class PhoneField(NormalisedField):
    """E.164 inside, as people read it outside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "tel", "type": "tel"}
        self.widget.input_type = "tel"

    def normalised(self, text: str) -> str:
        return phones.normalise(text)

    def prepare_value(self, value: Any) -> Any:
        return phones.display(value) if isinstance(value, str) and value.startswith("+") else value


class PlateField(NormalisedField):
    """A number plate."""

    def normalised(self, text: str) -> str:
        plate = plates.normalise(text)
        plates.validate(plate)
        return plate


class VinField(NormalisedField):
    """A VIN; whether a wrong check digit passes is judged by the form, which knows the reason."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}

    def normalised(self, text: str) -> str:
        vin = vins.normalise(text)
        vins.validate(vin, allow_check_digit=True)
        return vin


class CustomerField(forms.CharField):
    """A customer the person may see, named by telephone or customer number."""

    def __init__(self, *, by: User, **kwargs: Any) -> None:
        super().__init__(**{"max_length": TYPED_AT_MOST} | kwargs)
        self.by = by
        self.widget.attrs.setdefault("autocomplete", "off")

    def prepare_value(self, value: Any) -> Any:
        return value.number if isinstance(value, Customer) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        number = initial.number if isinstance(initial, Customer) else ""
        return number != (data or "").strip()

    def clean(self, value: Any) -> Customer | None:
        typed = super().clean(value)
        if not typed:
            return None
        visible = Customer.objects.visible_to(self.by).current()
        found = list(visible.filter(number__iexact=typed)[:1]) or self._by_phone(visible, typed)
        if not found:
            raise ValidationError(
                _("Nobody here has the customer number or telephone “%(text)s”. Enter the customer first."),
                code="unknown",
                params={"text": typed},
            )
        if len(found) > 1:
            names = ", ".join(f"{customer.number} {customer.name}" for customer in found)
            raise ValidationError(
                _("Several customers share this telephone: %(names)s. Type the customer number."),
                code="ambiguous",
                params={"names": names},
            )
        return found[0]

    @staticmethod
    def _by_phone(visible: Any, typed: str) -> list[Customer]:
        try:
            return list(visible.with_phone(phones.normalise(typed)).order_by("pk")[:5])
        except ValidationError:
            return []
