"""Form foundations: stale edits are shown, never lost."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class VersionedFormMixin(forms.ModelForm):
    """Optimistic locking for edit forms on rows that have ``version``.

    The page carries the version it was made from. If the row has changed since, the form is
    invalid, keeps everything typed, and ``stale`` lists ``{label, theirs, mine}`` for each
    field that differs, so that the person decides. Save with the new version to overwrite.
    The view must hold the row's lock (``obj.lock()``) when it validates.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stale: list[dict] = []
        self._current_version = self.instance.version
        # A model form writes into its instance while cleaning: keep what stands now.
        self._theirs = {name: self.initial.get(name) for name in self.fields}
        self.initial["version"] = self._current_version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        sent = cleaned.get("version")
        if self.instance.pk and sent is not None and sent != self._current_version:
            for name, field in self.fields.items():
                mine = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
                if name != "version" and not field.disabled and field.has_changed(self._theirs[name], mine):
                    self.stale.append(
                        {
                            "label": field.label,
                            "theirs": _words(field, self._theirs[name]),
                            "mine": _words(field, mine),
                        }
                    )
            data = cast(QueryDict, self.data).copy()
            data[self.add_prefix("version")] = str(self._current_version)
            self.data = data
            raise forms.ValidationError(
                _("Someone saved this record while you were editing. Compare the values, then save again."),
                code="stale",
            )
        return cleaned

    def save(self, commit: bool = True) -> Any:
        self.instance.version = self._current_version + 1
        return super().save(commit)


def _words(field: forms.Field, value: Any) -> Any:
    """``value`` as people read it: a choice by its label, a tick by yes or no."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if field.to_python(value) else _("no")
    if isinstance(field, forms.ModelChoiceField):
        try:
            return field.label_from_instance(field.to_python(value)) if value else value
        except forms.ValidationError:
            return value
    if isinstance(field, forms.MultipleChoiceField):
        labels: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]  # a list by now
        return ", ".join(str(labels.get(each, each)) for each in value or [])
    if isinstance(field, forms.ChoiceField):
        return dict(field.choices).get(value, value)  # type: ignore[arg-type]  # a list by now
    return field.prepare_value(value)
