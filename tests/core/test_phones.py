"""Telephone numbers: what people type becomes one E.164 number or a clear refusal."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core import phones

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("13812345678", "+8613812345678"),
        ("138 1234 5678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("0086 13812345678", "+8613812345678"),
        ("0571-8888 6666", "+8657188886666"),
        ("（0571）88886666", "+8657188886666"),
        ("010-65551234", "+861065551234"),
        ("400-800-1234", "+864008001234"),
        ("+852 9876 5432", "+85298765432"),
    ],
)
def test_numbers_are_read_as_typed(typed, e164):
    assert phones.normalise(typed) == e164


@given(mobiles)
def test_every_eleven_digit_mobile_number_is_taken_and_typed_back(number):
    e164 = phones.normalise(number)
    assert e164 == f"+86{number}"
    assert phones.is_mobile(e164)
    assert phones.normalise(e164) == e164
    assert phones.normalise(phones.display(e164)) == e164


@given(mobiles)
def test_a_masked_mobile_number_shows_seven_digits(number):
    assert phones.mask(f"+86{number}") == f"{number[:3]}****{number[-4:]}"


@given(mobiles, st.integers(3, 10))
def test_a_mobile_number_cut_short_is_refused(number, length):
    with pytest.raises(ValidationError) as caught:
        phones.normalise(number[:length])
    assert caught.value.code == "too_short"


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_refusal(text):
    try:
        e164 = phones.normalise(text)
    except ValidationError as error:
        refusal = error.code
    else:
        refusal = None
    if refusal is not None:
        assert refusal in {"missing", "too_short", "too_long", "impossible"}
        return
    assert phones.normalise(phones.display(e164)) == e164


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "missing", "Enter a telephone number"),
        ("　 ", "missing", "Enter a telephone number"),
        ("1381234567", "too_short", "this one has 10"),
        ("138123456789", "too_long", "this one has 12"),
        ("+86 1381234567", "too_short", "this one has 10"),
        ("88886666", "too_short", "needs its area code"),
        ("057188886666801", "too_long", "too many digits"),
        ("10000000000", "impossible", "is not a telephone number"),
        ("none", "impossible", "“none” is not"),
        ("138+12345678", "impossible", "is not a telephone number"),
        ("+", "impossible", "is not a telephone number"),
    ],
)
def test_a_refused_number_is_explained(typed, code, words):
    with translation.override("en"), pytest.raises(ValidationError, match=words) as caught:
        phones.normalise(typed)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("e164", "shown", "masked", "mobile"),
    [
        ("+8613812345678", "138 1234 5678", "138****5678", True),
        ("+8657188886666", "0571 8888 6666", "0571****6666", False),
        ("+861065551234", "010 6555 1234", "010****1234", False),
        ("+864008001234", "400 800 1234", "400****234", False),
        ("+85298765432", "+852 9876 5432", "+852****5432", True),
        ("11", "11", "**", False),
        ("", "", "", False),
    ],
)
def test_numbers_as_shown_and_as_masked(e164, shown, masked, mobile):
    assert phones.display(e164) == shown
    assert phones.mask(e164) == masked
    assert phones.is_mobile(e164) is mobile
