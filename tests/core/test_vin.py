"""VINs: what the standard calls valid, and which slips of the hand the check digit catches."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core import vin
from apps.core.vin import VinProblem

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
KNOWN_GOOD = ["1M8GDM9AXKP042788", "11111111111111111", "LVSHCAMB1CE054249", "5GZCZ43D13S812715"]

# Written out from the table of the standard, apart from the arithmetic under test.
LETTER_VALUES = {
    **dict.fromkeys("AJ", 1),
    **dict.fromkeys("BKS", 2),
    **dict.fromkeys("CLT", 3),
    **dict.fromkeys("DMU", 4),
    **dict.fromkeys("ENV", 5),
    **dict.fromkeys("FW", 6),
    **dict.fromkeys("GPX", 7),
    **dict.fromkeys("HY", 8),
    **dict.fromkeys("RZ", 9),
}


def value(character: str) -> int:
    return int(character) if character.isdigit() else LETTER_VALUES[character]


@st.composite
def valid_vins(draw):
    text = draw(st.text(ALPHABET, min_size=17, max_size=17))
    return text[:8] + vin.check_digit(text) + text[9:]


@pytest.mark.parametrize("good", KNOWN_GOOD)
def test_known_good_vins_have_no_problem(good):
    assert vin.problem(good) is None
    vin.validate(good)


def test_check_digit_of_the_published_example_is_x():
    assert vin.check_digit("1M8GDM9A_KP042788") == "X"


@given(valid_vins())
def test_a_vin_with_its_check_digit_is_valid(good):
    assert vin.problem(good) is None


@given(valid_vins(), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_a_single_changed_character_is_caught_unless_the_standard_gives_it_the_same_value(good, place, other):
    changed = good[:place] + other + good[place + 1 :]
    undetected = other == good[8] if place == 8 else value(other) == value(good[place])
    assert (vin.problem(changed) is None) == undetected


@given(valid_vins(), st.integers(0, 15))
def test_two_swapped_neighbours_are_caught_when_weights_and_values_differ(good, place):
    first, second = good[place], good[place + 1]
    swapped = good[:place] + second + first + good[place + 2 :]
    if 8 in (place, place + 1):
        return  # the check digit itself moved: judged by the test of single changes
    if value(first) == value(second):
        assert vin.problem(swapped) is None
    else:
        assert vin.problem(swapped) is VinProblem.CHECK_DIGIT


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = vin.normalise(text)
    assert vin.normalise(once) == once


@given(valid_vins())
def test_full_width_lower_case_and_hyphens_are_read(good):
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in good.lower())
    assert vin.normalise(f" {full_width[:8]}-{full_width[8:]}　") == good


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "length", "this one has 0"),
        ("1M8GDM9AXKP04278", "length", "this one has 16"),
        ("1M8GDM9AXKP0427881", "length", "this one has 18"),
        ("1M8GDM9AXKPO42788", "alphabet", "Character 12 is O"),
        ("IM8GDM9AXKP042788", "alphabet", "it may be 1"),
        ("1M8GDM9AXKP04278京", "alphabet", "Character 17 is “京”"),
        ("1M8GDM9A1KP042788", "check_digit", "is 1, but X follows"),
    ],
)
def test_the_message_names_what_is_wrong(text, code, words):
    with translation.override("en"), pytest.raises(ValidationError, match=words) as caught:
        vin.validate(text)
    assert caught.value.code == code
    assert vin.problem(text) == code


def test_a_wrong_check_digit_passes_with_a_reason_but_nothing_else_does():
    vin.validate("1M8GDM9A1KP042788", allow_check_digit=True)
    with pytest.raises(ValidationError):
        vin.validate("1M8GDM9A1KPO42788", allow_check_digit=True)


def test_check_digit_of_something_else_is_a_programming_error():
    with pytest.raises(ValueError, match="17 characters"):
        vin.check_digit("123")
    with pytest.raises(ValueError, match="character 2"):
        vin.check_digit("1O8GDM9AXKP042788")
