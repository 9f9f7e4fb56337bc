"""Forms of the mass incident's card."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Store, User
from apps.capacity.forms.hours import MOMENT
from apps.capacity.models import Incident, Resource
from apps.catalog.models import Part
from apps.core import clock

GROUPS = {
    Resource.Kind.BAY: _("Bays"),
    Resource.Kind.TECHNICIAN: _("Technicians"),
    Resource.Kind.ADVISOR: _("Advisors who receive"),
    Resource.Kind.TOOL: _("Scarce tools"),
    Resource.Kind.COURTESY: _("Courtesy cars"),
    Resource.Kind.DRIVER: _("Drivers who fetch cars"),
}


class IncidentForm(forms.Form):
    """What has happened, to what, since when and until about when."""

    kind = forms.ChoiceField(label=_("What has happened"), choices=Incident.Kind.choices)
    text = forms.CharField(
        label=_("One sentence for the house"),
        max_length=100,
        help_text=_("Desk and floor get it as a message. Leave times out: they are added."),
    )
    starts_at = forms.DateTimeField(label=_("Since"), widget=MOMENT)
    expected_end_at = forms.DateTimeField(label=_("Expected end"), widget=MOMENT)
    is_whole_store = forms.BooleanField(label=_("The whole store"), required=False)
    part = forms.CharField(
        label=_("Part number"),
        max_length=30,
        required=False,
        help_text=_("Only for a part that is recalled or blocked."),
    )

    def __init__(self, *args: Any, store: Store, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        known = Resource.objects.visible_to(by).filter(store=store).active()
        for kind in Resource.Kind:
            self.fields[f"things_{kind}"] = forms.ModelMultipleChoiceField(
                known.filter(kind=kind),
                label=GROUPS[kind],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def things(self) -> list[forms.BoundField]:
        """The tick lists, one a kind."""
        return [self[f"things_{kind}"] for kind in Resource.Kind]

    @property
    def chosen(self) -> list[Resource]:
        """Everything that is ticked, of all kinds."""
        data = self.cleaned_data
        return [thing for kind in Resource.Kind for thing in data.get(f"things_{kind}") or ()]

    @property
    def values(self) -> dict[str, Any]:
        """What ``incidents.open_card`` asks for, but for store and person."""
        names = ("kind", "text", "starts_at", "expected_end_at", "is_whole_store", "part")
        return {name: self.cleaned_data[name] for name in names} | {"resources": self.chosen}

    def clean_part(self) -> Part | None:
        code = self.cleaned_data["part"].strip()
        if not code:
            return None
        part = Part.objects.visible_to(self.by).filter(code__iexact=code).first()
        if part is None:
            raise forms.ValidationError(_("No part has this number."))
        return part

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("expected_end_at")
        if start and end and end <= start:
            self.add_error("expected_end_at", _("The end comes after the beginning."))
        elif end and end <= clock.now():
            self.add_error("expected_end_at", _("The expected end is past. Choose a later one."))
        if "kind" in cleaned and "part" in cleaned:
            self._clean_what(cleaned["kind"], cleaned["part"], bool(cleaned.get("is_whole_store")))
        return cleaned

    def _clean_what(self, kind: str, part: Part | None, is_whole_store: bool) -> None:
        if kind == Incident.Kind.PART:
            if part is None:
                self.add_error("part", _("Name the part."))
            if self.chosen or is_whole_store:
                self.add_error("part", _("A part blocks no bays and people: leave them unticked."))
        elif part is not None:
            self.add_error("part", _("Choose “part recalled or blocked”, or leave this empty."))
        elif not (self.chosen or is_whole_store or any(f"things_{k}" in self.errors for k in Resource.Kind)):
            bays = f"things_{Resource.Kind.BAY}"
            self.add_error(bays, _("Choose what is affected: bays, people, or the whole store."))


class EstimateForm(forms.Form):
    """Another expected end, and why."""

    expected_end_at = forms.DateTimeField(label=_("Expected end"), widget=MOMENT)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why the estimate changes.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_expected_end_at(self) -> Any:
        end = self.cleaned_data["expected_end_at"]
        if end <= clock.now():
            raise forms.ValidationError(_("The expected end is past. Choose a later one."))
        return end


class EndForm(forms.Form):
    """What the page showed, so that a stale tab is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput)
