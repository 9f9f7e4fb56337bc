"""Forms of the price list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.models import Equipment, LabourOperation, Package, PackageLine, Part, SkillLevel
from apps.core.forms import VersionedFormMixin

TENTH = Decimal("0.1")
MORE_LINES = 4


class PricedForm(VersionedFormMixin):
    """A row of the price list; its code is once in the group and never changes later."""

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        if self.instance.pk:
            self.fields["code"].disabled = True
        else:
            del self.fields["version"]
            del self.fields["is_active"]

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        same = self._meta.model._default_manager.filter(group_id=self.by.group_id, code__iexact=code)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("The code “%(code)s” is taken."), code="taken", params={"code": code})
        return code


class OperationForm(PricedForm):
    """A labour operation with its flat-rate hours in steps of 0.1."""

    class Meta:
        model = LabourOperation
        fields = (
            "code",
            "name",
            "flat_rate_hours",
            "work_kind",
            "bay_kind",
            "skill",
            "skill_level",
            "equipment",
            "tools",
            "is_safety_relevant",
            "is_active",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill_level"].required = False
        known = list(Equipment.objects.filter(group_id=self.by.group_id).values_list("name", "is_mobile"))
        for field, is_mobile in (("equipment", False), ("tools", True)):
            names = sorted({name for name, mobile in known if mobile == is_mobile})
            if not names:
                del self.fields[field]
                continue
            self.fields[field] = forms.MultipleChoiceField(
                label=self.fields[field].label,
                choices=[(name, name) for name in names],
                initial=getattr(self.instance, field),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean_skill_level(self) -> int:
        return self.cleaned_data["skill_level"] or SkillLevel.BASIC

    def clean_flat_rate_hours(self) -> Decimal:
        hours = self.cleaned_data["flat_rate_hours"]
        if hours % TENTH:
            raise ValidationError(_("Hours go in steps of 0.1."))
        return hours


class EquipmentForm(forms.ModelForm):
    """What work takes beside bay and technician. It keeps its name: operations and bays carry it."""

    class Meta:
        model = Equipment
        fields = ("name", "is_mobile")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_mobile"].help_text = _("A scarce tool; what is not ticked is built into bays.")

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if Equipment.objects.filter(group_id=self.instance.group_id, name__iexact=name).exists():
            raise ValidationError(_("“%(name)s” is there already.") % {"name": name})
        return name


class PartForm(PricedForm):
    """A part with its selling price."""

    class Meta:
        model = Part
        fields = ("code", "name", "unit", "price", "is_active")


class PackageForm(PricedForm):
    """A package's head; its lines stand in ``PackageLineFormSet``."""

    class Meta:
        model = Package
        fields = ("code", "name", "service_km", "energy", "is_online", "is_active")


class PackageLineForm(forms.Form):
    """One operation or part by its code, and how many."""

    code = forms.CharField(label=_("Operation or part number"), max_length=30)
    quantity = forms.DecimalField(
        label=_("Quantity"), max_digits=8, decimal_places=2, min_value=Decimal("0.01"), initial=1
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.line: PackageLine | None = None
        self.fields["code"].widget.attrs |= {"list": "items", "autocomplete": "off"}

    def has_changed(self) -> bool:
        """Whether anything was chosen: a quantity alone is an empty line."""
        return "code" in self.changed_data

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        operation = LabourOperation.objects.visible_to(self.by).filter(code__iexact=code).first()
        part = None if operation else Part.objects.visible_to(self.by).filter(code__iexact=code).first()
        if operation is None and part is None:
            raise ValidationError(
                _("No operation and no part has the number “%(code)s”."),
                code="unknown",
                params={"code": code},
            )
        self.line = PackageLine(operation=operation, part=part)
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.line is not None and cleaned.get("quantity"):
            self.line.quantity = cleaned["quantity"]
        return cleaned


class BaseLines(forms.BaseFormSet):
    """The lines of one package: at least one, nothing twice."""

    def clean(self) -> None:
        if any(self.errors):
            return
        kept = [(line.operation, line.part) for line in self.lines()]
        if not kept:
            raise ValidationError(_("A package holds at least one operation or part."))
        if len(kept) != len({(o and o.pk, p and p.pk) for o, p in kept}):
            raise ValidationError(_("An operation or part stands twice; add the quantities."))

    def lines(self) -> list[PackageLine]:
        """What was typed and not taken out."""
        return [
            form.line for form in self.forms if form.line is not None and not form.cleaned_data.get("DELETE")
        ]


PackageLineFormSet = forms.formset_factory(
    PackageLineForm, formset=BaseLines, extra=MORE_LINES, can_delete=True, max_num=60
)
