"""The forms of a questionnaire's draft."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.callbacks.models import Question, Questionnaire
from apps.callbacks.models.questionnaire import HIGH, LOW

MORE = 3
CODE = re.compile(r"^[a-z][a-z0-9_]{0,19}$")
NUMBERS = (Question.Kind.SCORE, Question.Kind.NPS)


class DraftForm(forms.ModelForm):
    """What the survey is called."""

    class Meta:
        model = Questionnaire
        fields = ["name", "name_en"]


class QuestionForm(forms.Form):
    """One question. A row that says nothing in both languages is no question."""

    place = forms.IntegerField(label=_("Place"), required=False, min_value=1, max_value=999)
    code = forms.CharField(label=_("Code"), required=False, max_length=20)
    text_zh = forms.CharField(label=_("Chinese"), required=False, max_length=200)
    text_en = forms.CharField(label=_("English"), required=False, max_length=200)
    dimension = forms.ChoiceField(label=_("Dimension"), choices=Question.Dimension.choices)
    kind = forms.ChoiceField(label=pgettext_lazy("a question", "Kind"), choices=Question.Kind.choices)
    weight = forms.DecimalField(
        label=_("Weight"), min_value=0, max_value=99, max_digits=5, decimal_places=2, initial=1
    )
    in_index = forms.BooleanField(label=pgettext_lazy("a question", "in the index"), required=False)
    is_required = forms.BooleanField(
        label=pgettext_lazy("a question", "must be answered"), required=False, initial=True
    )
    ends_on_no = forms.BooleanField(label=_("“no” ends the survey"), required=False)
    options = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=2000,
        help_text=_("One a line: code = Chinese | English"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    after = forms.CharField(
        label=_("Only after"), required=False, max_length=20, help_text=_("code of an earlier question")
    )
    after_answer = forms.CharField(
        label=_("answered"),
        required=False,
        max_length=20,
        help_text=_("yes, no, low, high, or a choice's code"),
    )

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if code and not CODE.match(code):
            raise forms.ValidationError(_("Small letters, digits and _, beginning with a letter."))
        return code

    def clean_options(self) -> list[list[str]]:
        rows = []
        for line in filter(None, map(str.strip, self.cleaned_data["options"].splitlines())):
            code, is_pair, texts = (part.strip() for part in line.partition("="))
            zh, is_both, en = (part.strip() for part in texts.partition("|"))
            if not is_pair or not is_both or not zh or not en or not CODE.match(code):
                raise forms.ValidationError(_("“%(line)s”: write code = Chinese | English.") % {"line": line})
            rows.append([code, zh, en])
        if len({row[0] for row in rows}) < len(rows):
            raise forms.ValidationError(_("Each choice needs a code of its own."))
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_asked:
            return cleaned
        for name in ("text_zh", "text_en"):
            if not cleaned.get(name, "").strip() and name not in self.errors:
                self.add_error(name, _("Ask it in both languages."))
        if not cleaned.get("code") and "code" not in self.errors:
            self.add_error("code", _("Give it a code; reports and programs know it by that."))
        kind = cleaned.get("kind")
        if (
            kind == Question.Kind.CHOICE
            and len(cleaned.get("options") or []) < 2
            and "options" not in self.errors
        ):
            self.add_error("options", _("A choice needs at least two."))
        if cleaned.get("ends_on_no") and kind != Question.Kind.YES_NO:
            self.add_error("ends_on_no", _("Only a question for yes or no can end the survey."))
        return cleaned

    @property
    def is_asked(self) -> bool:
        """Whether it is a question at all."""
        told = getattr(self, "cleaned_data", {})
        return bool(told.get("text_zh", "").strip() or told.get("text_en", "").strip() or told.get("code"))


class BaseQuestions(forms.BaseFormSet):
    """The questions in their places, judged together."""

    forms: list[QuestionForm]

    def questions(self) -> list[dict[str, Any]]:
        """What is kept, in order of the places; rows without one stand where they were typed."""
        rows = [
            (form.cleaned_data.get("place") or 10_000, n, form.cleaned_data)
            for n, form in enumerate(self.forms)
            if form.is_asked and not form.cleaned_data.get("DELETE")
        ]
        return [data for _place, _n, data in sorted(rows, key=lambda row: row[:2])]

    def clean(self) -> None:
        if any(self.errors):
            return
        asked = self.questions()
        if not asked:
            raise forms.ValidationError(_("A survey asks at least one question."))
        earlier: dict[str, dict[str, Any]] = {}
        by_data = {id(form.cleaned_data): form for form in self.forms}
        for data in asked:
            form, code = by_data[id(data)], data["code"]
            if code in earlier:
                form.add_error("code", _("Another question has this code."))
            self._judge_after(form, data, earlier)
            earlier[code] = data
        if any(self.errors):
            raise forms.ValidationError(_("Some questions need another look."))

    @staticmethod
    def _judge_after(form: QuestionForm, data: dict[str, Any], earlier: dict[str, dict[str, Any]]) -> None:
        if not data["after"] and not data["after_answer"]:
            return
        asked = earlier.get(data["after"])
        if asked is None:
            form.add_error("after", _("No earlier question has this code."))
            return
        if data["after_answer"] not in _answers_to(asked):
            told = ", ".join(_answers_to(asked)) or "–"
            form.add_error(
                "after_answer", _("Of this question one can hang on: %(answers)s.") % {"answers": told}
            )


def _answers_to(question: dict[str, Any]) -> list[str]:
    if question["kind"] == Question.Kind.YES_NO:
        return ["yes", "no"]
    if question["kind"] in NUMBERS:
        return [LOW, HIGH]
    return [code for code, _zh, _en in question["options"]]


QuestionFormSet: Any = forms.formset_factory(
    QuestionForm, formset=BaseQuestions, extra=MORE, can_delete=True, max_num=100, absolute_max=120
)


def initial_of(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """The draft's questions as the forms show them. One query."""
    rows = []
    for question in questionnaire.questions.all():
        row = {name: getattr(question, name) for name in QuestionForm.base_fields if hasattr(question, name)}
        options = "\n".join(f"{code} = {zh} | {en}" for code, zh, en in question.options)
        rows.append({**row, "place": question.position, "options": options})
    return rows
