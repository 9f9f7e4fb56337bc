"""What agents type on a call's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.calls.models import Attempt, Call
from apps.calls.models.script import LONGEST
from apps.calls.queues import CallQueue
from apps.core import clock
from apps.core.errors import DomainError
from apps.core.words import variables_in


class FilterForm(forms.Form):
    """Which calls of a queue the list shows."""

    previous_on = forms.DateField(label=_("Previous level on"), required=False, widget=forms.DateInput)
    days = forms.IntegerField(label=_("Days since, at least"), required=False, min_value=0, max_value=3650)


class ExtensionForm(forms.Form):
    """Where one is reached in the house; empty: nowhere."""

    number = forms.RegexField(
        r"^[0-9*#]{1,10}$",
        label=_("My extension"),
        required=False,
        error_messages={"invalid": _("Up to ten digits, * or #.")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class ScriptForm(forms.Form):
    """What a store says in the calls of a queue; empty: the standard words."""

    text = forms.CharField(
        label=_("What to say"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("A blank line begins a new paragraph. Left empty, the standard words hold."),
    )

    def __init__(self, *args: Any, queue: CallQueue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = queue

    def clean_text(self) -> str:
        """Without blanks at the ends, one blank line between paragraphs."""
        pieces = self.cleaned_data["text"].replace("\r\n", "\n").split("\n\n")
        text = "\n\n".join(piece.strip() for piece in pieces if piece.strip())
        if unknown := [name for name in variables_in(text) if name not in self.queue.variables]:
            raise forms.ValidationError(
                _("There is no %(names)s here. Choose from the names below."),
                code="unknown",
                params={"names": ", ".join(f"{{{name}}}" for name in unknown)},
            )
        return "" if text == self.queue.standard.strip() else text


class AttemptForm(forms.Form):
    """One attempt. ``seen`` is how many attempts the page showed; another one in between is refused."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Attempt.Outcome.choices)
    note = forms.CharField(
        label=_("Note on this attempt"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300}),
    )
    again_at = forms.DateTimeField(label=_("Again at"), required=False, widget=forms.DateTimeInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The queue's own form stands on the same page and may have a field of the same name.
        self.auto_id = "attempt_%s"
        self.call = call
        self.initial.setdefault("seen", call.attempt_count)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        outcome, again_at = cleaned.get("outcome"), cleaned.get("again_at")
        if outcome and again_at:
            try:
                self.call.comes_back_at(outcome, again_at, clock.now())
            except DomainError as error:
                self.add_error("again_at", error.message)
        return cleaned


class NoteForm(forms.Form):
    """The form of every queue that has none of its own."""

    person_spoken_to = forms.CharField(label=_("Spoken to"), max_length=60)
    note = forms.CharField(label=_("What was said"), widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if call.customer.kind == "person":
            self.initial.setdefault("person_spoken_to", call.customer.name[:60])


class PromiseForm(forms.Form):
    """ "We will come back to you": what about, and when."""

    topic = forms.CharField(label=_("What was promised"), max_length=200)
    due_at = forms.DateTimeField(label=_("By when"), widget=forms.DateTimeInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "promise_%s"

    def clean_due_at(self) -> Any:
        due_at = self.cleaned_data["due_at"]
        if due_at <= clock.now():
            raise forms.ValidationError(_("The promised time lies in the past. Choose a later one."))
        return due_at


class ReasonForm(forms.Form):
    """Why a call is held up or given up."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "hold_up_%s"


class NumberForm(forms.Form):
    """The right telephone number; ``Customer.update`` reads and judges it."""

    phone = forms.CharField(label=_("Telephone number"), max_length=40)
