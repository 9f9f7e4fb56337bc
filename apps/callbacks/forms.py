"""What the agent fills in: post-repair, N+15, and the survey asked in the same call."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.callbacks import flow
from apps.callbacks.levels import LEVEL_1, LEVEL_2
from apps.callbacks.models import FollowUp, NewCarTalk, NoShowTalk, PostRepair, Question, Questionnaire
from apps.calls.models import Call

LONGEST_ANSWER = 2000
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class SpokenToMixin(forms.Form):
    """Whom the agent spoke to; the customer unless somebody else answered."""

    person_spoken_to = forms.CharField(label=_("Spoken to"), max_length=60)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_spoken_to"].initial = call.customer.name[:60]


class SampleForm(SpokenToMixin):
    """A call of the CSI sample: the survey is its form."""


class PostRepairForm(SpokenToMixin, forms.ModelForm):
    """Did the repair hold?"""

    class Meta:
        model = PostRepair
        fields = ["solved", "satisfaction", "suggestions"]
        widgets = {
            "solved": forms.RadioSelect,
            "satisfaction": forms.NumberInput(attrs={"min": 1, "max": 10, "inputmode": "numeric"}),
            "suggestions": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["solved"])
        choice.choices = PostRepair.Solved.choices


class FollowUpForm(SpokenToMixin, forms.ModelForm):
    """How the new car is doing after fifteen days."""

    class Meta:
        model = FollowUp
        fields = ["odometer_km", "condition", "questions", "advice", "outcome"]
        widgets = {
            "condition": forms.Textarea(attrs={"rows": 2}),
            "questions": forms.Textarea(attrs={"rows": 2}),
            "advice": forms.Textarea(attrs={"rows": 2}),
            "outcome": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["outcome"])
        choice.choices = FollowUp.Outcome.choices


class NoShowForm(SpokenToMixin, forms.ModelForm):
    """Why nobody came, and what was agreed."""

    note = forms.CharField(
        label=_("Agreed"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = NoShowTalk
        fields = ["reason"]
        widgets = {"reason": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = cast(forms.ChoiceField, self.fields["reason"])
        choice.choices = NoShowTalk.Reason.choices


class NewCarForm(SpokenToMixin, forms.ModelForm):
    """Level 1 asks how purchase and handover were, level 2 how the car and the station are."""

    serviced = forms.TypedChoiceField(
        label=_("Serviced yet?"),
        choices=YES_NO,
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
    )
    ASKED = {
        LEVEL_1: ["condition", "sale", "note_to_next", "remarks"],
        LEVEL_2: [
            "odometer_km",
            "mileage_unknown",
            "condition",
            "serviced",
            "station",
            "product",
            "note_to_next",
            "remarks",
        ],
    }

    class Meta:
        model = NewCarTalk
        fields = [
            "odometer_km",
            "mileage_unknown",
            "condition",
            "sale",
            "station",
            "product",
            "note_to_next",
            "remarks",
        ]
        widgets = {
            "odometer_km": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "condition": forms.Textarea(attrs={"rows": 2}),
            "note_to_next": forms.Textarea(attrs={"rows": 2}),
            "remarks": forms.Textarea(attrs={"rows": 2}),
            "sale": forms.RadioSelect,
            "station": forms.RadioSelect,
            "product": forms.RadioSelect,
        }

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, call=call, **kwargs)
        asked = [*self.ASKED[call.queue], "person_spoken_to"]
        self.fields = {name: self.fields[name] for name in asked}
        for name in {"sale", "station", "product"} & set(asked):
            choice = cast(forms.ChoiceField, self.fields[name])
            choice.choices, choice.required = NewCarTalk.Content.choices, name != "station"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "odometer_km" not in self.fields:
            return cleaned
        known, unknown = cleaned.get("odometer_km") is not None, cleaned.get("mileage_unknown")
        if "odometer_km" not in self.errors and bool(known) == bool(unknown):
            self.add_error("odometer_km", _("Enter the mileage, or tick that the customer does not know it."))
        if cleaned.get("serviced") is False:
            cleaned["station"] = ""
        elif cleaned.get("serviced") and not cleaned.get("station"):
            self.add_error("station", _("The customer has been here: ask for his opinion."))
        return cleaned


class SurveyForm(forms.Form):
    """One field per question of a questionnaire.

    In a call (``is_whole`` False) a survey is asked whole or not at all: with every field empty it is valid
    and ``is_asked`` is False. Otherwise every question on the way through it that must be answered is
    required; answers to questions off the way are dropped. With ``by_hand`` the customer presses: scores
    are buttons.
    """

    prefix = "survey"

    def __init__(
        self,
        *args: Any,
        questionnaire: Questionnaire,
        by_hand: bool = False,
        is_whole: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questionnaire, self.questions = questionnaire, list(questionnaire.questions.all())
        self.by_hand, self.is_whole = by_hand, is_whole
        for question in self.questions:
            self.fields[question.code] = self._field(question)

    def _field(self, question: Question) -> forms.Field:
        match question.kind:
            case Question.Kind.SCORE:
                return self._number(question, 1)
            case Question.Kind.NPS:
                return self._number(question, 0)
            case Question.Kind.YES_NO:
                return forms.TypedChoiceField(
                    label=question.text,
                    choices=YES_NO,
                    coerce=lambda value: value == "yes",
                    empty_value=None,
                    required=False,
                    widget=forms.RadioSelect,
                )
            case Question.Kind.CHOICE:
                return forms.ChoiceField(
                    label=question.text,
                    choices=question.choices if self.by_hand else [("", "–"), *question.choices],
                    required=False,
                    widget=forms.RadioSelect if self.by_hand else forms.Select,
                )
        area = forms.Textarea(attrs={"rows": 3}) if self.by_hand else None
        return forms.CharField(label=question.text, max_length=LONGEST_ANSWER, required=False, widget=area)

    def _number(self, question: Question, low: int) -> forms.Field:
        if self.by_hand:
            numbers = [(str(n), str(n)) for n in range(low, 11)]
            return forms.TypedChoiceField(
                label=question.text,
                choices=numbers,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )
        widget = forms.NumberInput(attrs={"min": low, "max": 10, "inputmode": "numeric"})
        return forms.IntegerField(
            label=question.text, min_value=low, max_value=10, required=False, widget=widget
        )

    @property
    def rows(self) -> list[tuple[Question, forms.BoundField]]:
        """Each question with its field, in order."""
        return [(question, self[question.code]) for question in self.questions]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given, way = flow.kept(self.questions, cleaned)
        self.is_asked = self.is_whole or bool(self.errors) or bool(given)
        if self.is_asked:
            told = (
                _("Please answer this one too.")
                if self.is_whole
                else _("Ask this one too, or leave the whole survey out.")
            )
            for question in flow.missing(way, cleaned):
                if question.code not in self.errors:
                    self.add_error(question.code, told)
        return given
