"""Zones: each tap has one, the two halves mirror each other, anchors lie in their own zone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.reception import drawing

per_mille = st.integers(0, 1000)


@settings(deadline=None)
@given(per_mille, per_mille)
def test_every_place_has_a_zone(x, y):
    assert drawing.zone_at(x, y) in drawing.ZONES


@pytest.mark.parametrize("code", drawing.ZONES)
def test_an_anchor_lies_in_its_own_zone(code):
    assert drawing.zone_at(*drawing.anchor_of(code)) == code


@settings(deadline=None)
@given(per_mille, per_mille)
def test_the_right_half_is_the_left_half_mirrored(x, y):
    here, there = drawing.zone_at(x, y), drawing.zone_at(x, 1000 - y)
    if here.startswith("left_"):
        assert there == here.replace("left_", "right_")
    elif here.startswith("right_"):
        assert there == here.replace("right_", "left_")


@pytest.mark.parametrize(
    ("x", "y", "zone"),
    [
        (543, 690, "left_front_door"),
        (543, 110, "right_front_door"),
        (620, 400, "roof"),
        (60, 400, "front_bumper"),
        (409, 733, "left_front_wheel"),
        (838, 400, "boot"),
        (490, 400, "windscreen"),
        (1130, 400, "rear_bumper"),
    ],
)
def test_known_places_in_the_drawings_units(x, y, zone):
    assert drawing.zone_at(round(x * 1000 / drawing.WIDTH), round(y * 1000 / drawing.HEIGHT)) == zone


def test_every_zone_has_a_side_and_fits_the_column():
    assert all(z.side in drawing.SIDES and len(z.code) <= 20 for z in drawing.ZONES.values())


def test_an_unknown_zone_of_an_old_record_is_still_readable():
    assert drawing.label("spoiler_1998") == "spoiler_1998"
