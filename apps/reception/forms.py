"""What the tablet sends."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.validators import MaxValueValidator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock
from apps.reception import drawing, selectors
from apps.reception.models import Damage, Interview, Visit, WalkAround
from apps.reception.models.interview import Symptom
from apps.reception.models.walk_around import Accessory, Check, Tyre, WarningLamp

MAX_SIGNATURE = 400_000
_PNG = "data:image/png;base64,"


class SignatureField(forms.CharField):
    """A signature drawn on the screen: a PNG as data URL, cleaned to an upload (or None)."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> SimpleUploadedFile | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            if not text.startswith(_PNG) or len(text) > MAX_SIGNATURE:
                raise ValueError
            data = base64.b64decode(text.removeprefix(_PNG), validate=True)
        except (ValueError, binascii.Error):
            raise forms.ValidationError(
                _("The signature did not arrive whole. Please sign again."), code="signature"
            ) from None
        return SimpleUploadedFile("signature.png", data, "image/png")


def _zone_choices() -> list[Any]:
    """The zones by side, after an empty choice."""
    sides = [(side, [(z.code, z.label) for z in zones]) for side, zones in drawing.by_side()]
    return [("", "–"), *sides]


class MarkForm(forms.Form):
    """One mark: a place on the drawing (or a zone), a kind, a note, a photo."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Damage.Kind.choices, widget=forms.RadioSelect)
    x = forms.IntegerField(min_value=0, max_value=1000, required=False, widget=forms.HiddenInput)
    y = forms.IntegerField(min_value=0, max_value=1000, required=False, widget=forms.HiddenInput)
    zone = forms.ChoiceField(label=_("Where"), required=False, choices=_zone_choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    photo = forms.FileField(label=_("Photo"), required=False)
    client_key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo"].widget.attrs |= {"accept": "image/*", "capture": "environment"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("x") is None or data.get("y") is None) and not data.get("zone"):
            self.add_error("zone", _("Tap the place on the drawing, or choose it from the list."))
        return data


class WalkAroundForm(forms.ModelForm):
    """The walk-around. Judges odometer and register before the verb does, to say so beside the field."""

    odometer_replaced_reason = forms.CharField(
        label=_("Odometer replaced, reason"), max_length=200, required=False
    )
    warning_lamps = forms.MultipleChoiceField(
        label=_("Warning lamps on"),
        choices=WarningLamp.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    accessories = forms.MultipleChoiceField(
        label=_("Accessories present"),
        choices=Accessory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    valuables_reminded = forms.BooleanField(
        label=_("Reminded: take valuables along"),
        error_messages={"required": _("Remind the customer of valuables, then tick this.")},
    )
    waits_here = forms.BooleanField(label=_("The customer waits here"), required=False)
    expected_hours = forms.DecimalField(
        label=_("Work will take"), min_value=0, max_value=Decimal("9999.9"), decimal_places=1, required=False
    )
    signature = forms.CharField(max_length=MAX_SIGNATURE, required=False, widget=forms.HiddenInput)
    signature_png = SignatureField(label=_("Signature"), required=False)

    class Meta:
        model = WalkAround
        fields = [
            "odometer_km",
            "energy_percent",
            "belongings",
            "remarks",
            "valuables_reminded",
            "covers_fitted",
            "companion",
            "signed_name",
        ]

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        self.visit = visit
        self.asks_replaced = False
        super().__init__(*args, **kwargs)
        self.stored_km = self.instance.odometer_km
        self.fields["odometer_km"].validators.append(MaxValueValidator(3_000_000))
        self.fields["odometer_km"].widget.attrs |= {"inputmode": "numeric", "min": 0, "max": 3_000_000}
        self.fields["energy_percent"].validators.append(MaxValueValidator(100))
        self.fields["energy_percent"].widget = forms.NumberInput(
            {"type": "range", "min": 0, "max": 100, "step": 5}
        )
        self._add_checks()
        self.initial.update(
            {
                "waits_here": visit.waits_here,
                "expected_hours": visit.expected_hours,
                "signed_name": self.initial.get("signed_name") or visit.customer.name,
            }
        )
        if not self.instance.pk:
            self.initial["energy_percent"] = 50

    def _add_checks(self) -> None:
        verdicts = [
            ("", "–"),
            ("ok", pgettext_lazy("check", "OK")),
            ("defect", pgettext_lazy("check", "Defect")),
        ]
        for check in Check:
            self.fields[f"check_{check.value}"] = forms.ChoiceField(
                label=check.label, choices=verdicts, required=False, widget=forms.RadioSelect
            )
            self.initial[f"check_{check.value}"] = self.instance.checks.get(check.value, "")
        for tyre in Tyre:
            self.fields[f"tyre_{tyre.value}"] = forms.DecimalField(
                label=tyre.label, min_value=0, max_value=20, decimal_places=1, required=False
            )
            self.initial[f"tyre_{tyre.value}"] = self.instance.tyre_mm.get(tyre.value)
        self.initial.update(
            {
                "warning_lamps": self.instance.warning_lamps,
                "accessories": self.instance.accessories,
            }
        )

    @property
    def checks(self) -> list[Any]:
        """The bound radio fields of the checks."""
        return [self[f"check_{c.value}"] for c in Check]

    @property
    def tyres(self) -> list[Any]:
        """The bound tread fields, front left first."""
        return [self[f"tyre_{t.value}"] for t in Tyre]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._judge_odometer(data)
        register = selectors.register_of(
            self.visit, waits_here=bool(data.get("waits_here")), expected_hours=data.get("expected_hours")
        )
        if register.is_mandatory and not data.get("signature_png") and "signature_png" not in self.errors:
            self.add_error(
                "signature_png",
                forms.ValidationError(
                    _("The customer must sign: %(reasons)s."),
                    code="signature_required",
                    params={"reasons": "; ".join(register.reasons)},
                ),
            )
        return data

    def _judge_odometer(self, data: dict[str, Any]) -> None:
        read = data.get("odometer_km")
        if read is None or (self.stored_km is not None and self.stored_km == read):
            return
        replaced = bool((data.get("odometer_replaced_reason") or "").strip())
        before = self.visit.vehicle.conflicting_reading(read, clock.today(), replaced=replaced)
        if before is None:
            return
        self.asks_replaced = True
        self.add_error(
            "odometer_km",
            forms.ValidationError(
                _(
                    "%(known)s km were read on %(day)s; %(read)s km is less. Read it again; "
                    "if the odometer was replaced, say why below."
                ),
                code="odometer_backwards",
                params={
                    "known": f"{before.odometer_km:,}",
                    "day": date_format(before.read_on, "SHORT_DATE_FORMAT"),
                    "read": f"{read:,}",
                },
            ),
        )

    def values(self) -> dict[str, Any]:
        """What ``services.save_walk_around`` takes."""
        data = self.cleaned_data
        plain = (
            "odometer_km",
            "odometer_replaced_reason",
            "energy_percent",
            "warning_lamps",
            "accessories",
            "belongings",
            "remarks",
            "valuables_reminded",
            "covers_fitted",
            "companion",
            "waits_here",
            "expected_hours",
            "signed_name",
        )
        return {name: data[name] for name in plain} | {
            "signature": data["signature_png"],
            "checks": {c.value: data[f"check_{c.value}"] for c in Check if data[f"check_{c.value}"]},
            "tyre_mm": {
                t.value: str(data[f"tyre_{t.value}"]) for t in Tyre if data[f"tyre_{t.value}"] is not None
            },
        }


CHIPS: dict[str, tuple[Any, ...]] = {
    Symptom.WHEN: (
        _("starting"),
        _("idling"),
        _("driving off"),
        _("accelerating"),
        _("braking"),
        _("turning"),
        _("over bumps"),
    ),
    Symptom.HOW_OFTEN: (_("always"), _("often"), _("now and then"), _("only once")),
    Symptom.SPEED: (
        _("standing"),
        _("below 40 km/h"),
        _("40 to 80 km/h"),
        _("above 80 km/h"),
        _("at any speed"),
    ),
    Symptom.TEMPERATURE: (_("engine cold"), _("engine warm"), _("in rain"), _("below 0 °C"), _("in heat")),
    Symptom.SINCE_WHEN: (
        _("since today"),
        _("for a week"),
        _("for a month"),
        _("since the last visit"),
        _("since an accident"),
    ),
}
"""Answers that are given most; one tap writes them."""


class InterviewForm(forms.Form):
    """The customer's words and the symptom questions."""

    customer_words = forms.CharField(
        label=_("The customer's words"), widget=forms.Textarea({"rows": 5}), max_length=4000
    )
    started_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, interview: Interview | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for symptom in Symptom:
            self.fields[f"symptom_{symptom.value}"] = forms.CharField(
                label=symptom.label, max_length=120, required=False
            )
        if interview is not None:
            answers = {f"symptom_{s.value}": interview.symptoms.get(s.value, "") for s in Symptom}
            self.initial.update(answers, customer_words=interview.customer_words)

    @property
    def questions(self) -> list[tuple[Any, tuple[Any, ...]]]:
        """``[(bound field, chips)]``."""
        return [(self[f"symptom_{s.value}"], CHIPS[s]) for s in Symptom]

    @property
    def symptoms(self) -> dict[str, str]:
        """Answers by symptom."""
        return {s.value: self.cleaned_data[f"symptom_{s.value}"] for s in Symptom}
