"""Forms of the settings page."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import DESK, Role
from apps.capacity.models import Resource
from apps.catalog.models import Skill
from apps.core import clock
from apps.core.forms import VersionedFormMixin
from apps.core.when import WEEKDAYS

QUARTER = 15


class ResourceForm(VersionedFormMixin):
    """Create or change a bay."""

    class Meta:
        model = Resource
        fields = ["name", "bay_kind", "order", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "bay_kind" in self.fields:
            self.fields["bay_kind"].required = True
        self.fields["order"].required = False
        self.fields["order"].help_text = _("Lower numbers come first, on lists and when a slot is filled.")

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        self.refuse_twin(name)
        return name

    def refuse_twin(self, name: str) -> None:
        """Two of one kind and name could not be told apart on the board."""
        twins = Resource.objects.filter(store=self.instance.store, kind=self.instance.kind, name=name)
        if twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("“%(name)s” is there already.") % {"name": name})


class PersonResourceForm(ResourceForm):
    """Create or change a technician or an advisor who receives: always a person with a login."""

    ROLES: tuple[Role, ...] = DESK

    class Meta:
        model = Resource
        fields = ["person", "order", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        known = Resource.objects.exclude(person=None).exclude(pk=self.instance.pk).values("person")
        people = User.objects.filter(store=self.instance.store).with_role(*self.ROLES)
        person.queryset = people.exclude(pk__in=known)  # type: ignore[attr-defined]  # a choice field
        person.required = True
        person.label = _("Colleague")
        person.help_text = _("People are entered by the administrator; each can be chosen once.")
        if self.instance.pk:
            person.disabled = True

    def clean_person(self) -> User:
        person = self.cleaned_data["person"]
        self.instance.name = person.name
        self.refuse_twin(person.name)
        return person


class TechnicianForm(PersonResourceForm):
    """Create or change a technician with skills."""

    ROLES = (Role.TECHNICIAN, Role.TEAM_LEAD, Role.DISPATCHER)

    skills = forms.MultipleChoiceField(
        label=_("Skills"), choices=Skill.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Resource
        fields = ["person", "team", "skills", "order", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = (
            {p.skill: p.valid_until for p in self.instance.qualifications.all()} if self.instance.pk else {}
        )
        for skill, label in LIMITED:
            self.fields[f"until_{skill}"] = forms.DateField(
                label=label,
                required=False,
                initial=known.get(skill),
                help_text=_("Empty: it does not run out."),
            )
            self._theirs[f"until_{skill}"] = known.get(skill)

    @property
    def permits(self) -> dict[str, Any]:
        """The last day of each permit that runs out, by skill."""
        given = {skill: self.cleaned_data.get(f"until_{skill}") for skill in self.cleaned_data["skills"]}
        return {skill: day for skill, day in given.items() if day}


LIMITED = ((Skill.EV, _("EV permit valid until")), (Skill.PAINT, _("Paint permit valid until")))
"""Skills that are held by a permit with an end."""

FORMS = {
    Resource.Kind.BAY: ResourceForm,
    Resource.Kind.TECHNICIAN: TechnicianForm,
    Resource.Kind.ADVISOR: PersonResourceForm,
}


class HoursForm(forms.Form):
    """Opening hours of the seven weekdays; both times empty closes the day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, 8):
            for name, label in (("opens", _("opens")), ("closes", _("closes"))):
                self.fields[f"{name}_{n}"] = forms.TimeField(
                    label=label, required=False, widget=forms.TimeInput(format="%H:%M")
                )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """``[{weekday, opens, closes}]`` of bound fields."""
        return [
            {"weekday": weekday, "opens": self[f"opens_{n}"], "closes": self[f"closes_{n}"]}
            for n, weekday in enumerate(WEEKDAYS, start=1)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for n in range(1, 8):
            opens, closes = cleaned.get(f"opens_{n}"), cleaned.get(f"closes_{n}")
            if f"opens_{n}" in self.errors or f"closes_{n}" in self.errors:
                continue
            if (opens is None) != (closes is None):
                empty = f"opens_{n}" if opens is None else f"closes_{n}"
                self.add_error(empty, _("Give both times, or none for a closed day."))
            elif opens and closes and closes <= opens:
                self.add_error(f"closes_{n}", _("The day ends after it begins."))
            elif any(t and (t.minute % QUARTER or t.second) for t in (opens, closes)):
                self.add_error(f"opens_{n}", _("Use quarter hours, as in 08:15."))
        return cleaned

    @property
    def hours(self) -> dict[int, tuple[time, time] | None]:
        """What was entered, by weekday."""
        data = self.cleaned_data
        return {
            n: (data[f"opens_{n}"], data[f"closes_{n}"]) if data[f"opens_{n}"] else None for n in range(1, 8)
        }


class ClosureForm(forms.Form):
    """A day without work."""

    day = forms.DateField(label=_("Closed on"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        help_text=_("Shown wherever somebody asks for a slot on this day, for example: Spring Festival."),
    )

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day < clock.today():
            raise forms.ValidationError(_("This day is over."))
        return day


MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AbsenceForm(forms.Form):
    """Somebody or something that is not there for a while."""

    resource = forms.ModelChoiceField(label=_("Who or what"), queryset=Resource.objects.none())
    from_at = forms.DateTimeField(label=_("From"), widget=MOMENT)
    till_at = forms.DateTimeField(label=_("Until"), widget=MOMENT)
    reason = forms.CharField(label=_("Reason"), max_length=100, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = Resource.objects.visible_to(by).active()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start: datetime | None = cleaned.get("from_at")
        end: datetime | None = cleaned.get("till_at")
        if start and end and end <= start:
            self.add_error("till_at", _("The end comes after the beginning."))
        elif end and end <= timezone.localtime(clock.now()):
            self.add_error("till_at", _("This absence is over already."))
        return cleaned
