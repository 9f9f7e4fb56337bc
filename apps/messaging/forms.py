"""Forms of the outbox: words, approvals, accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import phones
from apps.core.registry import MessageKind
from apps.messaging import words
from apps.messaging.models import Gateway, TemplateApproval
from apps.messaging.models.template import LONGEST


class WordsForm(forms.Form):
    """What a store says in a kind of message."""

    text = forms.CharField(
        label=pgettext_lazy("of messages", "Words"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Without words there is no message.")},
    )

    def __init__(self, *args: Any, kind: MessageKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def clean_text(self) -> str:
        """One line, as a phone shows it."""
        text = " ".join(self.cleaned_data["text"].split())
        if found := words.problems(self.kind, text):
            raise forms.ValidationError(found)
        return text


class ApprovalForm(forms.Form):
    """The provider's code for one version, and what its keywords are filled with."""

    shown = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    code = forms.CharField(label=_("Approval code"), max_length=80, required=False)
    fields_ = forms.CharField(
        label=_("Keywords"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in a line: thing1=plate"),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        kind: MessageKind,
        gateway: Gateway,
        approval: TemplateApproval | None = None,
        shown: int = 0,
    ) -> None:
        lines = [f"{field}={name}" for field, name in approval.fields.items()] if approval else []
        initial = {"shown": shown, "code": approval.code if approval else "", "fields_": "\n".join(lines)}
        super().__init__(data, prefix=f"g{gateway.pk}", initial=initial)
        self.kind, self.gateway = kind, gateway
        if gateway.provider != "wechat":
            del self.fields["fields_"]

    def look_again(self, shown: int) -> None:
        """The page shows newer words now; what was typed stays."""
        self.data = {**{name: self.data[name] for name in self.data}, self.add_prefix("shown"): shown}

    def clean_fields_(self) -> dict[str, str]:
        """Keyword → variable."""
        pairs = {}
        for line in filter(None, map(str.strip, self.cleaned_data["fields_"].splitlines())):
            field, is_pair, name = (part.strip() for part in line.partition("="))
            if not is_pair or not field or name not in self.kind.variables:
                raise forms.ValidationError(
                    _("“%(line)s”: a keyword, =, and a name that this message knows.") % {"line": line}
                )
            pairs[field] = name
        return pairs

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("code") and "fields_" in self.fields and not cleaned.get("fields_", {"": ""}):
            self.add_error("fields_", _("Say what the account's keywords are filled with."))
        return cleaned


class TestForm(forms.Form):
    """Whom to send a test message."""

    phone = forms.CharField(label=_("Phone"), max_length=30)

    def clean_phone(self) -> str:
        return phones.normalise(self.cleaned_data["phone"])
