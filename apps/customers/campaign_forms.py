"""Forms of recalls and campaigns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.catalog.models import Package, VehicleModel
from apps.core import plates, sheets
from apps.core.widths import half_width
from apps.customers import vin_lists
from apps.customers.forms import VerbForm
from apps.customers.models import Campaign, CampaignVehicle


class CampaignForm(VerbForm):
    """What is to be done, and on which cars."""

    extra = ("ranges", "vehicle_models", "regions")
    ranges = forms.CharField(
        label=_("Ranges of VINs"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("First and last VIN, one range a line. The check digit is left out of the comparison."),
    )
    regions = forms.CharField(
        label=_("Regions"),
        required=False,
        max_length=200,
        help_text=_("How the plates begin, separated by blanks. Empty: everywhere."),
    )

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "kind",
            "number",
            "title",
            "words",
            "begins_on",
            "ends_on",
            "package",
            "hours",
            "vehicle_models",
        )
        widgets = {
            "kind": forms.RadioSelect,
            "words": forms.Textarea(attrs={"rows": 3}),
            "vehicle_models": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Campaign.Kind.choices  # type: ignore[attr-defined]  # a choice field
        self.fields["number"].help_text = _("The maker's, or one of your own.")
        packages = Package.objects.visible_to(by)
        packages = packages.active() | packages.filter(pk=self.instance.package_id)
        self.fields["package"].queryset = packages  # type: ignore[attr-defined]
        self.fields["package"].help_text = _("What is done. The campaign is done when its work is delivered.")
        models = VehicleModel.objects.filter(brand__group_id=by.group_id).select_related("brand")
        self.fields["vehicle_models"].queryset = models.order_by("brand__name", "name")  # type: ignore[attr-defined]
        self.fields["vehicle_models"].empty_label = None  # type: ignore[attr-defined]
        self.fields["vehicle_models"].help_text = _("None ticked: every model.")
        if self.instance.pk:
            kept = {
                "ranges": "\n".join(str(r) for r in self.instance.ranges.all()),
                "regions": " ".join(self.instance.regions),
            }
            self.initial.update(kept)
            self._theirs.update(kept)

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip().upper()
        same = Campaign.objects.filter(group_id=self.instance.group_id, number=number)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                _("The number “%(number)s” is taken."), code="taken", params={"number": number}
            )
        return number

    def clean_ranges(self) -> list[tuple[str, str]]:
        return vin_lists.ranges(self.cleaned_data["ranges"])

    def clean_regions(self) -> list[str]:
        typed = half_width(self.cleaned_data["regions"]).upper().replace(",", " ").split()
        for region in typed:
            if not plates.is_region(region):
                raise ValidationError(
                    _("“%(text)s” is no region: the character of a province, with or without a letter."),
                    code="region",
                    params={"text": region},
                )
        return list(dict.fromkeys(typed))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begins, ends = cleaned.get("begins_on"), cleaned.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("It would end before it begins."))
        return cleaned


class VinListForm(forms.Form):
    """A list of VINs, pasted or as a file."""

    text = forms.CharField(
        label=_("Paste the maker's list"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One car a line; other columns do no harm. What is on the list already is left out."),
    )
    file = forms.FileField(label=_("Or choose the file"), required=False, help_text=_(".xlsx, .csv or .txt"))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        sheets.refuse_large(file)
        return vin_lists.of_rows(sheets.of_file(file.name, file)) if file else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        read = cleaned.get("file") or vin_lists.of_text(cleaned.get("text", ""))
        if not read.found and not read.refused:
            self.add_error("text", _("There is no VIN in it."))
        cleaned["read"] = read
        return cleaned


class ResultForm(forms.Form):
    """What came of a campaign on one car, where no order of ours says it."""

    result = forms.ChoiceField(
        label=_("Result"), choices=CampaignVehicle.Result.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Order number or reason"), max_length=100)
