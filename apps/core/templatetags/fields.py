"""Draws whole form fields: label, help, control and error beside it, tied together for readers.

The ``ui`` library registers ``field`` and ``form_errors``.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

# Browsers' own pickers, and the only formats that these accept.
_PICKERS = {
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.TimeInput: ("time", "%H:%M"),
}


def _kind(widget: forms.Widget) -> str:
    """Which template branch draws ``widget``."""
    match widget:
        case _ if widget.is_hidden:
            return "hidden"
        case forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return "group"
        case forms.MultiWidget():
            return "multi"
        case forms.CheckboxInput():
            return "check"
        case forms.Textarea():
            return "textarea"
        case forms.Select():
            return "select"
        case forms.FileInput():
            return "file"
        case forms.NumberInput():
            return "number"
    return "input"


_CLASSES = {
    "check": "form-check-input",
    "select": "form-select",
    "group": "",
    "multi": "form-control",
    "number": "form-control num",
}


def _attributes(bound: BoundField, kind: str, extra: dict[str, Any]) -> dict[str, Any]:
    """Attributes for the control; ``extra`` from the tag wins, ``class`` adds up."""
    widget = bound.field.widget
    described = [
        name
        for name, there in (
            (f"{bound.auto_id}_help", bound.help_text),
            (f"{bound.auto_id}_error", bound.errors),
        )
        if there
    ]
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if picker := _PICKERS.get(type(widget)):
        widget.input_type, widget.format = picker
    if type(widget) is forms.NumberInput:
        # A browser empties a number box that holds letters; what was typed must stay.
        widget.input_type = "text"
        attrs["inputmode"] = "numeric" if isinstance(bound.field, forms.IntegerField) else "decimal"
    if kind == "textarea":
        attrs |= {"rows": widget.attrs.get("rows") if widget.attrs.get("rows") not in (None, "10") else 3}
        attrs["data-autosize"] = ""
    attrs |= {name.replace("_", "-"): value for name, value in extra.items()}
    attrs["class"] = " ".join(
        filter(
            None, [_CLASSES.get(kind, "form-control"), widget.attrs.get("class", ""), extra.get("class", "")]
        )
    )
    return attrs


def field(
    bound: BoundField,
    look: str = "",
    prefix: Any = "",
    suffix: Any = "",
    label: Any = None,
    wrap: str = "",
    **extra: Any,
) -> SafeString:
    """Draw ``bound`` with its label, help and errors.

    ``look`` for radios and tick boxes: "" (list), "cards" or "segmented"; for one tick box "switch".
    ``prefix`` and ``suffix`` stand at the control's ends (¥, km); ``wrap`` adds classes to the outside;
    anything else becomes an attribute of the control (``placeholder="…"``, ``hx_get="…"``).
    A widget may carry ``hints`` and ``icons``: dicts by choice value, shown on cards.
    """
    widget = bound.field.widget
    kind = _kind(widget)
    context = {
        "bound": bound,
        "kind": kind,
        "look": look,
        "prefix": prefix,
        "suffix": suffix,
        "label": bound.label if label is None else label,
        "wrap": wrap,
        "required": bound.field.required,
        "control_id": widget.id_for_label(bound.auto_id) or bound.auto_id,
    }
    if kind == "group":
        context["options"] = _options(bound, _attributes(bound, kind, extra))
        context["multiple"] = isinstance(widget, forms.CheckboxSelectMultiple)
    else:
        context["control"] = bound.as_widget(attrs=_attributes(bound, kind, extra))
    return render_to_string("components/field.html", context)


def _options(bound: BoundField, attrs: dict[str, Any]) -> list[dict[str, Any]]:
    """``[{"value", "label", "checked", "id", "attrs", "hint", "icon"}]`` of a radio or tick group."""
    hints = getattr(bound.field.widget, "hints", {})
    icons = getattr(bound.field.widget, "icons", {})
    attrs = {name: value for name, value in attrs.items() if name not in ("class", "aria-describedby")}
    options = []
    for index, sub in enumerate(bound.subwidgets):
        data = sub.data
        value = str(data["value"])
        options.append(
            {
                "value": value,
                "label": data["label"],
                "checked": data["selected"],
                "id": f"{bound.auto_id}_{index}",
                "attrs": flatatt(attrs | ({"disabled": True} if data["attrs"].get("disabled") else {})),
                "hint": hints.get(value, ""),
                "icon": icons.get(value, ""),
            }
        )
    return [option for option in options if option["value"] or not bound.field.required]


def form_errors(form: forms.BaseForm) -> SafeString:
    """What is wrong with the whole form, and a link to each field that needs correcting."""
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    if not (wrong or hidden or form.non_field_errors()):
        return SafeString("")
    return render_to_string(
        "components/form_errors.html",
        {
            "form": form,
            "messages_": [*form.non_field_errors(), *hidden],
            "wrong": wrong,
            "stale": getattr(form, "stale", []),
        },
    )
