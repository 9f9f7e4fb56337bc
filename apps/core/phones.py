"""Telephone numbers: stored as E.164, shown as people read them, masked for those who need not know.

Numbers without a country code are Chinese. Any eleven digits 13…19 are taken as a mobile number: the
metadata of ``phonenumbers`` learns new ranges later than the operators sell them.
"""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from apps.core.widths import half_width

REGION = "CN"

_CN_MOBILE = re.compile(r"\+861[3-9]\d{9}", re.ASCII)
_MOBILE_START = re.compile(r"1[3-9]\d*", re.ASCII)
_NOISE = re.compile(r"[^\d+]", re.ASCII)
_ALLOWED = re.compile(r"[\d+()\-./ \t]*", re.ASCII)


def normalise(text: str) -> str:
    """Return ``text`` as E.164 (``+8613812345678``, ``+8657188886666``).

    Raises ValidationError with code ``missing``, ``too_short``, ``too_long`` or ``impossible``.
    """
    typed = half_width(text).strip()
    if not typed:
        raise ValidationError(_("Enter a telephone number."), code="missing")
    if not _ALLOWED.fullmatch(typed) or "+" in typed[1:]:
        raise _impossible(text)
    digits = _NOISE.sub("", typed)
    _check_mobile_length(digits)
    try:
        number = phonenumbers.parse(digits, REGION)
    except phonenumbers.NumberParseException as error:
        raise _impossible(text) from error
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not _CN_MOBILE.fullmatch(e164) and not phonenumbers.is_valid_number(number):
        raise _refusal(number, text)
    return e164


def _check_mobile_length(digits: str) -> None:
    """Name the missing or surplus digits of what is clearly meant as a Chinese mobile number."""
    national = re.sub(r"^(\+86|0086|86(?=1[3-9]\d{9}))", "", digits)
    if not _MOBILE_START.fullmatch(national):
        return
    if len(national) < 11:
        raise ValidationError(
            _("A mobile number has 11 digits; this one has %(count)d."),
            code="too_short",
            params={"count": len(national)},
        )
    if len(national) > 11:
        raise ValidationError(
            _("A mobile number has 11 digits; this one has %(count)d."),
            code="too_long",
            params={"count": len(national)},
        )


def _refusal(number: PhoneNumber, text: str) -> ValidationError:
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        return ValidationError(_("This telephone number has too many digits."), code="too_long")
    short = (
        phonenumbers.ValidationResult.TOO_SHORT,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
    )
    if reason in short or (number.country_code == 86 and len(str(number.national_number)) <= 8):
        return ValidationError(
            _("This telephone number is too short. A landline needs its area code, as in 0571 8888 6666."),
            code="too_short",
        )
    return _impossible(text)


def _impossible(text: str) -> ValidationError:
    return ValidationError(
        _("“%(text)s” is not a telephone number."),
        code="impossible",
        params={"text": text.strip()},
    )


def is_mobile(e164: str) -> bool:
    """Tell whether text messages can be sent to ``e164``. False for what is no number at all."""
    if _CN_MOBILE.fullmatch(e164):
        return True
    number = _parsed(e164)
    return number is not None and phonenumbers.number_type(number) in (
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )


def display(e164: str) -> str:
    """Return ``138 1234 5678``, ``0571 8888 6666`` or, for other countries, ``+852 9876 5432``."""
    if _CN_MOBILE.fullmatch(e164):
        return f"{e164[3:6]} {e164[6:10]} {e164[10:]}"
    number = _parsed(e164)
    if number is None:
        return e164
    national = number.country_code == 86
    return phonenumbers.format_number(
        number,
        PhoneNumberFormat.NATIONAL if national else PhoneNumberFormat.INTERNATIONAL,
    )


def mask(e164: str) -> str:
    """Return ``138****5678``: enough to know one's own number again, too little to call it.

    Landlines keep the area code, other countries the country code.
    """
    if _CN_MOBILE.fullmatch(e164):
        return f"{e164[3:6]}****{e164[10:]}"
    shown = display(e164)
    head, _blank, rest = shown.partition(" ")
    digits = _NOISE.sub("", rest)
    if not digits:
        return "*" * len(shown)
    visible = min(4, len(digits) // 2)
    return f"{head}{'*' * (len(digits) - visible)}{digits[len(digits) - visible :]}"


def _parsed(e164: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None
