"""Plates: the kinds on the road, how people type them, what strangers may read."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core import plates
from apps.core.plates import PlateKind

SERIAL = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
AREA = "ABCDEFGHJKLMNPQRSTUVWXYZ"

KINDS = [
    ("浙A12345", PlateKind.ORDINARY),
    ("京Q8K9Z1", PlateKind.ORDINARY),
    ("粤B12345", PlateKind.ORDINARY),
    ("浙AD12345", PlateKind.NEW_ENERGY),
    ("沪AF12345", PlateKind.NEW_ENERGY),
    ("京AAB1234", PlateKind.NEW_ENERGY),
    ("粤BK12345", PlateKind.NEW_ENERGY),
    ("浙A12345D", PlateKind.NEW_ENERGY),
    ("浙A1234警", PlateKind.POLICE),
    ("浙A1234挂", PlateKind.TRAILER),
    ("浙A1234学", PlateKind.LEARNER),
    ("粤Z1234港", PlateKind.HK_MACAU),
    ("粤ZF123澳", PlateKind.HK_MACAU),
    ("使014578", PlateKind.EMBASSY),
    ("224578使", PlateKind.EMBASSY),
    ("沪A0023领", PlateKind.CONSULATE),
    ("WJ浙12345", PlateKind.ARMED_POLICE),
    ("WJ1234X", PlateKind.ARMED_POLICE),
]


@st.composite
def valid_plates(draw):
    """Any plate of the kinds that carry a province."""
    prefix = draw(st.sampled_from(plates.PROVINCES)) + draw(st.sampled_from(AREA))
    five, four = (draw(st.text(SERIAL, min_size=n, max_size=n)) for n in (5, 4))
    digits = draw(st.text("0123456789", min_size=5, max_size=5))
    energy = draw(st.sampled_from("ABCDEFGHJK"))
    suffix = draw(st.sampled_from("警挂学领"))
    return draw(
        st.sampled_from(
            [prefix + five, prefix + energy + digits, prefix + digits + energy, prefix + four + suffix]
        )
    )


@pytest.mark.parametrize(("plate", "kind"), KINDS)
def test_every_kind_is_told_apart(plate, kind):
    assert plates.kind(plate) is kind
    plates.validate(plate)


@pytest.mark.parametrize(
    "typed",
    [
        "浙A12345",
        "浙a·12345",
        "浙A.12345",
        "浙Ａ１２３４５",
        " 浙A 12345 ",
        "浙A-12345",
        "浙A・12345",
        "浙A•12345",
        "浙ａ．12345",
    ],
)
def test_however_it_is_typed_it_is_one_plate(typed):
    assert plates.normalise(typed) == "浙A12345"


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    once = plates.normalise(text)
    assert plates.normalise(once) == once


@given(valid_plates())
def test_what_is_shown_can_be_typed_back(plate):
    assert plates.kind(plate) is not None
    assert plates.normalise(plates.display(plate)) == plate


@given(valid_plates(), st.integers(2, 6), st.sampled_from("IO"))
def test_the_letters_i_and_o_are_never_accepted(plate, place, letter):
    assert plates.kind(plate[:place] + letter + plate[place + 1 :]) is None


@given(valid_plates())
def test_a_masked_plate_hides_at_least_two_characters_and_shows_the_last(plate):
    masked = plates.mask(plate)
    assert masked.count("*") >= 2
    assert masked.startswith(plate[:2])
    assert masked.endswith(plate[-2:])
    assert len(masked) == len(plates.display(plate))


@pytest.mark.parametrize(
    ("plate", "shown", "masked"),
    [
        ("浙A12345", "浙A·12345", "浙A·**345"),
        ("浙AD12345", "浙A·D12345", "浙A·***345"),
        ("浙A1234警", "浙A·1234警", "浙A·**34警"),
        ("粤Z1234港", "粤Z·1234港", "粤Z·**34港"),
        ("使014578", "使014·578", "使·***578"),
        ("224578使", "224·578使", "***578使"),
        ("WJ浙12345", "WJ浙·12345", "WJ浙·**345"),
        ("UNKNOWN1", "UNKNOWN1", "*****WN1"),
        ("AB", "AB", "**"),
        ("", "", ""),
    ],
)
def test_plates_as_painted_and_as_strangers_see_them(plate, shown, masked):
    assert plates.display(plate) == shown
    assert plates.mask(plate) == masked


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("", "missing", "Enter the number plate"),
        ("XA12345", "province", "“X” is none"),
        ("12345", "province", "“1” is none"),
        ("浙A1234I", "alphabet", "never contains the letters I and O"),
        ("浙A12#45", "alphabet", "“#” cannot stand"),
        ("浙A1234", "length", "this one has 6"),
        ("浙A1234567", "length", "this one has 9"),
        ("浙AM12345", "format", "does not look like"),
        ("浙123456", "format", "does not look like"),
    ],
)
def test_a_refused_plate_is_explained(typed, code, words):
    with translation.override("en"), pytest.raises(ValidationError, match=words) as caught:
        plates.validate(plates.normalise(typed))
    assert caught.value.code == code


def test_the_tail_leaves_the_sign_out():
    assert plates.tail("浙A12345", 3) == "345"
    assert plates.tail("浙A1234警") == "1234"
    assert plates.tail("浙AD12345", 5) == "12345"
    with pytest.raises(ValueError, match="at least one"):
        plates.tail("浙A12345", 0)
