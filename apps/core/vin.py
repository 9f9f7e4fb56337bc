"""Vehicle identification numbers: 17 characters, no I, O or Q, check digit in position 9.

Source of the rules: GB 16735 (ISO 3779) for length, alphabet and check digit. A VIN whose check digit
is wrong may be genuine (imports from outside China and North America carry none): callers may let it
pass with a recorded reason, see ``allow_check_digit``.
"""

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.core.widths import half_width

LENGTH = 17
CHECK_POSITION = 9

_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        (*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)),
        strict=True,
    )
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_LIKELY = {"I": "1", "O": "0", "Q": "0"}
_DROPPED = str.maketrans("", "", " \t\r\n-_.")


class VinProblem(TextChoices):
    """Why a VIN is not valid; the values are the codes of the ValidationError."""

    LENGTH = "length", _("wrong length")
    ALPHABET = "alphabet", _("impossible character")
    CHECK_DIGIT = "check_digit", _("wrong check digit")


def normalise(text: str) -> str:
    """Return ``text`` half-width and upper-case, without blanks, hyphens and dots. Never raises."""
    return half_width(text).upper().translate(_DROPPED)


def check_digit(vin: str) -> str:
    """Return the check digit (``0``–``9`` or ``X``) that belongs in position 9 of ``vin``.

    ``vin`` has 17 characters of the VIN alphabet; what stands in position 9 does not matter.
    Raises ValueError for anything else.
    """
    if len(vin) != LENGTH:
        raise ValueError(f"a VIN has {LENGTH} characters, not {len(vin)}")
    total = 0
    for position, (character, weight) in enumerate(zip(vin, _WEIGHTS, strict=True), start=1):
        if position == CHECK_POSITION:
            continue
        if character not in _VALUES:
            raise ValueError(f"character {position} is not of the VIN alphabet")
        total += _VALUES[character] * weight
    remainder = total % 11
    return "X" if remainder == 10 else str(remainder)


def problem(vin: str) -> VinProblem | None:
    """Return the first thing wrong with a normalised ``vin``, or None if it is valid."""
    if len(vin) != LENGTH:
        return VinProblem.LENGTH
    if any(character not in _VALUES for character in vin):
        return VinProblem.ALPHABET
    if check_digit(vin) != vin[CHECK_POSITION - 1]:
        return VinProblem.CHECK_DIGIT
    return None


def validate(vin: str, *, allow_check_digit: bool = False) -> None:
    """Refuse a wrong VIN (normalised before, see ``normalise``).

    Raises ValidationError with code ``length``, ``alphabet`` or ``check_digit``. With
    ``allow_check_digit`` a wrong check digit passes: someone has given a reason for it.
    """
    match problem(vin):
        case VinProblem.LENGTH:
            raise ValidationError(
                _("A VIN has 17 characters; this one has %(count)d."),
                code=VinProblem.LENGTH.value,
                params={"count": len(vin)},
            )
        case VinProblem.ALPHABET:
            raise _alphabet_error(vin)
        case VinProblem.CHECK_DIGIT if not allow_check_digit:
            raise ValidationError(
                _(
                    "The check digit (position 9) is %(found)s, but %(expected)s follows from the other "
                    "characters. Compare the VIN with the vehicle licence."
                ),
                code=VinProblem.CHECK_DIGIT.value,
                params={"found": vin[CHECK_POSITION - 1], "expected": check_digit(vin)},
            )


def _alphabet_error(vin: str) -> ValidationError:
    position, character = next((n, c) for n, c in enumerate(vin, start=1) if c not in _VALUES)
    if character in _LIKELY:
        message = _(
            "Character %(position)d is %(character)s. A VIN never contains I, O or Q; it may be %(likely)s."
        )
    else:
        message = _(
            "Character %(position)d is “%(character)s”. A VIN consists of digits and Latin letters only."
        )
    params = {
        "position": position,
        "character": character,
        "likely": _LIKELY.get(character, ""),
    }
    return ValidationError(message, code=VinProblem.ALPHABET.value, params=params)
