"""Number plates of mainland China: reading what people type, telling the kind, showing, masking.

Source of the formats: GA 36 (plates of motor vehicles). Stored plates are always normalised: upper
case, no dot, no blank. Large ("yellow") vehicles share the ordinary format, so the colour of such a
plate is a fact of the vehicle, not of its number.
"""

import re

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.widths import half_width

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
SUFFIXES = "警挂学港澳使领"

_CHAR = "[A-HJ-NP-Z0-9]"
_PREFIX = f"(?P<prefix>[{PROVINCES}][A-HJ-NP-Z])"
# Blanks, hyphens and every dot found on keyboards and in registers: · • ・ ‧ ∙ . 。 ●
_DROPPED = str.maketrans("", "", " \t\r\n-_·•・･‧∙.。●")


class PlateKind(TextChoices):
    """The kinds of plates that a workshop meets; the page draws each in its own colours."""

    ORDINARY = "ordinary", _("ordinary")
    NEW_ENERGY = "new_energy", _("new energy")
    POLICE = "police", _("police")
    TRAILER = "trailer", _("trailer")
    LEARNER = "learner", _("driving school")
    HK_MACAU = "hk_macau", _("Hong Kong or Macau")
    EMBASSY = "embassy", _("embassy")
    CONSULATE = "consulate", _("consulate")
    ARMED_POLICE = "armed_police", _("armed police")


_FORMATS = {
    kind_: re.compile(pattern, re.ASCII)
    for kind_, pattern in {
        PlateKind.ORDINARY: f"{_PREFIX}(?P<serial>{_CHAR}{{5}})(?P<suffix>)",
        # Small vehicles carry the energy letter first, large ones last (A–E and F–K: the two classes).
        PlateKind.NEW_ENERGY: rf"{_PREFIX}(?P<serial>[A-HJK]{_CHAR}\d{{4}}|\d{{5}}[A-HJK])(?P<suffix>)",
        PlateKind.POLICE: f"{_PREFIX}(?P<serial>{_CHAR}{{4}})(?P<suffix>警)",
        PlateKind.TRAILER: f"{_PREFIX}(?P<serial>{_CHAR}{{4}})(?P<suffix>挂)",
        PlateKind.LEARNER: f"{_PREFIX}(?P<serial>{_CHAR}{{4}})(?P<suffix>学)",
        PlateKind.HK_MACAU: f"(?P<prefix>粤Z)(?P<serial>{_CHAR}{{4}})(?P<suffix>[港澳])",
        # The sign moved from the front to the back; both are on the road.
        PlateKind.EMBASSY: r"(?:(?P<prefix>使)(?P<serial>\d{6})|(?P<serial_2>\d{6})(?P<suffix>使))",
        PlateKind.CONSULATE: (
            rf"(?:{_PREFIX}(?P<serial>{_CHAR}{{4}})(?P<suffix>领)|(?P<prefix_2>领)(?P<serial_2>\d{{6}}))"
        ),
        PlateKind.ARMED_POLICE: rf"(?P<prefix>WJ[{PROVINCES}]?)(?P<serial>\d{{4}}{_CHAR})(?P<suffix>)",
    }.items()
}


def normalise(text: str) -> str:
    """Return ``text`` half-width, upper-case, without blanks, hyphens and dots. Never raises."""
    return half_width(text).translate(_DROPPED).upper()


def is_region(text: str) -> bool:
    """Whether plates begin with it: the character of a province, alone or with the letter of a city."""
    return bool(re.fullmatch(f"[{PROVINCES}][A-HJ-NP-Z]?", text))


def kind(plate: str) -> PlateKind | None:
    """Return the kind of a normalised ``plate``, or None if it fits no format."""
    return next((kind_ for kind_, format_ in _FORMATS.items() if format_.fullmatch(plate)), None)


def validate(plate: str) -> None:
    """Refuse a wrong plate (normalised before).

    Raises ValidationError with code ``missing``, ``province``, ``alphabet``, ``length`` or ``format``.
    """
    if kind(plate) is not None:
        return
    if not plate:
        raise ValidationError(_("Enter the number plate."), code="missing")
    if plate[0] not in PROVINCES + "使领" and not plate.startswith("WJ") and not plate.endswith("使"):
        raise ValidationError(
            _("A number plate begins with the character of its province; “%(character)s” is none."),
            code="province",
            params={"character": plate[0]},
        )
    body = plate.removeprefix("WJ")[1:].rstrip(SUFFIXES)
    if wrong := re.search(r"[^A-HJ-NP-Z0-9]", body):
        if wrong.group() in "IO":
            message = _("A number plate never contains the letters I and O; use the digits 1 and 0.")
        else:
            message = _("“%(character)s” cannot stand in a number plate.")
        raise ValidationError(message, code="alphabet", params={"character": wrong.group()})
    if len(plate) < 7 or len(plate) > 8:
        raise ValidationError(
            _("A number plate has 7 characters, a new-energy one 8; this one has %(count)d."),
            code="length",
            params={"count": len(plate)},
        )
    raise ValidationError(
        _("This does not look like a number plate. Compare it with the car."),
        code="format",
    )


def _parts(plate: str) -> tuple[str, str, str] | None:
    for format_ in _FORMATS.values():
        if match := format_.fullmatch(plate):
            groups = match.groupdict()
            return (
                groups.get("prefix") or groups.get("prefix_2") or "",
                groups.get("serial") or groups.get("serial_2") or "",
                groups.get("suffix") or "",
            )
    return None


def display(plate: str) -> str:
    """Return the plate as painted: ``浙A·12345``, ``使014·578``. What fits no format stays as it is."""
    if (parts := _parts(plate)) is None:
        return plate
    prefix, serial, suffix = parts
    if "使" in plate or prefix == "领":
        return f"{prefix}{serial[:3]}·{serial[3:]}{suffix}"
    return f"{prefix}·{serial}{suffix}"


def mask(plate: str) -> str:
    """Return the plate for boards that strangers read: ``浙A·**345``, ``浙A·**34警``.

    The owner knows it again by the last characters; nobody else can look it up.
    """
    prefix, serial, suffix = _parts(plate) or ("", plate, "")
    shown = serial[-3:] if len(serial) > 4 else serial[-2:] if len(serial) > 2 else ""
    hidden = "*" * (len(serial) - len(shown))
    return f"{prefix}·{hidden}{shown}{suffix}" if prefix else f"{hidden}{shown}{suffix}"


def tail(plate: str, n: int = 4) -> str:
    """Return the last ``n`` letters or digits, as people name a plate; suffixes such as 警 are left out."""
    if n < 1:
        raise ValueError("a tail has at least one character")
    return re.sub(r"[^A-Z0-9]", "", plate)[-n:]
