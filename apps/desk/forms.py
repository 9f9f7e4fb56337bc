"""Forms of the settings and of the working days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models.setting import SettingKind
from apps.core import clock
from apps.core.registry import Option
from apps.desk.models import Account
from apps.desk.models.calendar import LONGEST

LOOPBACK = ("localhost", "127.0.0.1", "::1")
YES_NO = [("1", _("Yes")), ("0", _("No"))]


class SettingForm(forms.Form):
    """A value, cleaned to what the row keeps, and the day from which it holds."""

    effective_from = forms.DateField(label=_("In force from"))

    def __init__(self, data: Any = None, *, kind: SettingKind, current: Any) -> None:
        today = clock.today()
        super().__init__(data, initial={"effective_from": today})
        self.kind = kind
        field = self._field()
        field.label, field.help_text, field.initial = kind.label, kind.hint, self._initial(current)
        self.fields = {"value": field, **self.fields}
        self.fields["effective_from"].widget.attrs["min"] = today.isoformat()

    def _field(self) -> forms.Field:
        kind = self.kind
        if kind.choices:
            return forms.ChoiceField(choices=kind.choices)
        if isinstance(kind.default, bool):
            return forms.ChoiceField(choices=YES_NO)
        if isinstance(kind.default, int):
            return forms.IntegerField(min_value=kind.low, max_value=kind.high)
        if isinstance(kind.default, Decimal | float):
            return forms.DecimalField(min_value=kind.low, max_value=kind.high, decimal_places=2)
        # Where nothing is the usual value, nothing may be typed.
        return forms.CharField(max_length=200, required=kind.show(kind.default) != "")

    def _initial(self, current: Any) -> Any:
        if isinstance(current, bool):
            return "1" if current else "0"
        return self.kind.show(current) if self.kind.read else current

    def clean_value(self) -> Any:
        typed = self.cleaned_data["value"]
        if isinstance(self.kind.default, bool):
            return typed == "1"
        try:
            stored = self.kind.read(typed) if self.kind.read else typed
            stored = str(stored) if isinstance(stored, Decimal) else stored
            self.kind.cast(stored)
        except ValueError as error:
            raise forms.ValidationError(
                _("This cannot be read. Write it like: %(like)s")
                % {"like": self.kind.show(self.kind.default)}
            ) from error
        return stored


class WorkdayForm(forms.Form):
    """Days that differ from the published calendar."""

    first = forms.DateField(label=_("From"))
    last = forms.DateField(label=_("Until"), required=False, help_text=_("Empty for a single day."))
    is_workday = forms.ChoiceField(
        label=_("Kind of day"),
        choices=[("0", pgettext_lazy("day", "off")), ("1", pgettext_lazy("day", "work"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Note"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first = cleaned.get("first")
        last = cleaned["last"] = cleaned.get("last") or first
        if first and last and last < first:
            self.add_error("last", _("The end comes after the beginning."))
        elif first and last and last - first >= timedelta(days=LONGEST):
            self.add_error("last", _("At most %(n)d days at once.") % {"n": LONGEST})
        return cleaned


class AccountForm(forms.Form):
    """What a system outside wants to know; a secret that is there already may stay empty."""

    ADDRESSES = ("url", "endpoint")

    def __init__(self, data: Any = None, *, options: Sequence[Option], account: Account | None) -> None:
        super().__init__(data, initial=account.options if account else {})
        for option in options:
            kept = option.secret and account is not None and account.has(option.name)
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"}) if option.secret else None
            self.fields[option.name] = forms.CharField(
                label=option.label,
                max_length=300,
                required=not kept and not option.default,
                help_text=_("Kept. Type only to replace it.") if kept else option.hint,
                initial=option.default,
                widget=widget,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.ADDRESSES:
            if (value := cleaned.get(name)) and not _is_safe(value):
                self.add_error(name, _("An address that starts with https:// is wanted."))
        return cleaned


def _is_safe(address: str) -> bool:
    """Encrypted, or on this machine; a bare host name is called encrypted."""
    if "://" not in address:
        return "/" not in address and bool(address.strip())
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOOPBACK)
