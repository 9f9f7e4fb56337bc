"""Forms of bays, tools and people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.roles import DESK, Role
from apps.capacity.models import Resource
from apps.catalog.models import Equipment, Skill, SkillLevel
from apps.core.forms import VersionedFormMixin


class ResourceForm(VersionedFormMixin):
    """Create or change what serves one job at a time."""

    class Meta:
        model = Resource
        fields = ["name", "order", "is_active"]

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
    """Create or change a technician: how well he does what, and until when he may."""

    ROLES = (Role.TECHNICIAN, Role.TEAM_LEAD, Role.DISPATCHER)

    class Meta:
        model = Resource
        fields = ["person", "team", "order", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        saved = self.instance.pk is not None
        held = {q.skill: q for q in self.instance.qualifications.all()} if saved else {}
        for skill, label in Skill.choices:
            level = self.instance.level_of(skill) if saved else 0
            until = held[skill].valid_until if skill in held else None
            self._add(
                f"level_{skill}",
                level or "",
                forms.TypedChoiceField(
                    label=label,
                    choices=[("", _("not at all")), *SkillLevel.choices],
                    coerce=int,
                    empty_value=0,  # type: ignore[arg-type]  # the stub knows text only
                    required=False,
                ),
            )
            self._add(f"until_{skill}", until, forms.DateField(label=_("valid until"), required=False))

    def _add(self, name: str, initial: Any, field: forms.Field) -> None:
        field.initial = self._theirs[name] = initial
        self.fields[name] = field

    @property
    def plain(self) -> list[forms.BoundField]:
        """All fields but the skills."""
        return [field for field in self if not field.name.startswith(("level_", "until_"))]

    @property
    def skills(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Level and last day, skill by skill."""
        return [(self[f"level_{skill}"], self[f"until_{skill}"]) for skill in Skill.values]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(f"level_{skill}") for skill in Skill.values):
            self.add_error(f"level_{Skill.GENERAL}", _("A technician can do something: choose a level."))
        for skill in Skill.values:
            if cleaned.get(f"until_{skill}") and not cleaned.get(f"level_{skill}"):
                self.add_error(f"level_{skill}", _("There is a date but no level."))
        return cleaned

    @property
    def held(self) -> dict[str, tuple[int, date | None]]:
        """Level and last day of each skill he has."""
        data = self.cleaned_data
        return {
            skill: (data[f"level_{skill}"], data.get(f"until_{skill}"))
            for skill in Skill.values
            if data.get(f"level_{skill}")
        }


class _EquippedForm(ResourceForm):
    """Of things that are, or have, what the price list names."""

    is_mobile = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Equipment.objects.filter(group_id=self.instance.store.group_id, is_mobile=self.is_mobile)
        names = list(known.values_list("name", flat=True))
        choices = [(name, name) for name in sorted({*names, *self.instance.equipment})]
        self.fields["equipment"] = self.equipment_field(choices)

    def equipment_field(self, choices: list[tuple[str, str]]) -> forms.Field:
        """How it is chosen."""
        return forms.MultipleChoiceField(
            label=_("Equipment"),
            choices=choices,
            required=False,
            initial=self.instance.equipment,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("What is built in. The list is kept with the price list."),
        )


class BayForm(_EquippedForm):
    """Create or change a bay with what is built into it."""

    class Meta:
        model = Resource
        fields = ["name", "bay_kind", "equipment", "order", "is_active"]


class ToolForm(_EquippedForm):
    """Create or change a scarce tool: one of what the price list says goes from bay to bay."""

    is_mobile = True

    class Meta:
        model = Resource
        fields = ["name", "equipment", "order", "is_active"]

    def equipment_field(self, choices: list[tuple[str, str]]) -> forms.Field:
        return forms.ChoiceField(
            label=_("Which tool"),
            choices=[("", "—"), *choices],
            initial=next(iter(self.instance.equipment), ""),
            help_text=_("Operations ask for it by this name. The list is kept with the price list."),
        )

    def clean_equipment(self) -> list[str]:
        return [self.cleaned_data["equipment"]]


class PlainForm(ResourceForm):
    """Create or change a courtesy car (by its plate) or a driver (by his name)."""

    class Meta:
        model = Resource
        fields = ["name", "order", "is_active"]


FORMS = {
    Resource.Kind.BAY: BayForm,
    Resource.Kind.TECHNICIAN: TechnicianForm,
    Resource.Kind.ADVISOR: PersonResourceForm,
    Resource.Kind.TOOL: ToolForm,
    Resource.Kind.COURTESY: PlainForm,
    Resource.Kind.DRIVER: PlainForm,
}
