"""CSI arithmetic against a slow and obvious oracle."""

import math
import statistics
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.callbacks.scores import Item, Sheet, shown

ITEMS = [
    Item("listened", "screening", "yes_no", Decimal(0), True),
    Item("advisor", "advisor", "score", Decimal(2), True),
    Item("manner", "advisor", "score", Decimal(1), True),
    Item("quality", "quality", "score", Decimal(3), True),
    Item("lounge", "facility", "score", Decimal(0), True),
    Item("washed", "hand_back", "yes_no", Decimal(1), False),
    Item("recommend", "recommendation", "yes_no", Decimal(1), True),
]


def sheet(*responses: dict[str, int]) -> Sheet:
    made = Sheet({i.code: i for i in ITEMS}, responses=len(responses))
    for response in responses:
        for code, value in response.items():
            made.add(code, value)
    return made


def test_the_index_is_the_weighted_mean_of_weighted_means():
    made = sheet({"advisor": 9, "manner": 6, "quality": 8}, {"advisor": 7, "manner": 10, "quality": 10})
    advisor = (Decimal(8) * 2 + Decimal(8)) / 3
    assert made.dimension("advisor") == advisor
    assert made.index.value == (advisor * 3 + Decimal(9) * 3) / 6 * 10


@pytest.mark.parametrize("code", ["listened", "lounge", "washed", "recommend"])
def test_what_is_not_scored_moves_nothing(code):
    before = sheet({"advisor": 9, "quality": 8}).index.value
    assert sheet({"advisor": 9, "quality": 8, code: 0}).index.value == before


def test_a_yes_no_item_is_its_share_of_yes():
    made = sheet({"recommend": 10}, {"recommend": 10}, {"recommend": 0})
    assert shown(made.percent_yes("recommend").value) == Decimal("66.7")


def test_nobody_asked_is_no_figure_rather_than_zero():
    assert sheet().index.value is None
    assert sheet({"listened": 10}).index.value is None
    assert sheet().percent_yes("recommend").value is None


def test_fewer_than_five_answers_are_not_ranked():
    assert not sheet(*[{"quality": 9}] * 4).index.is_sufficient
    assert sheet(*[{"quality": 9}] * 5).index.is_sufficient


def test_figures_are_shown_half_up():
    assert (shown(Decimal("84.25")), shown(Decimal("84.35"))) == (Decimal("84.3"), Decimal("84.4"))


def test_weak_items_come_weakest_first():
    made = sheet({"advisor": 8, "manner": 5, "quality": 7})
    assert [code for code, _value in made.weak_items(Decimal(80))] == ["manner", "quality"]


answers = st.fixed_dictionaries(
    {}, optional={code: st.integers(1, 10) for code in ("advisor", "manner", "quality")}
)


@given(st.lists(answers, max_size=25))
def test_index_and_interval_equal_the_definition_computed_answer_by_answer(responses):
    made = sheet(*responses)
    scored = {"advisor": ["advisor", "manner"], "quality": ["quality"]}
    weights = {i.code: float(i.weight) for i in ITEMS}
    values = {c: [r[c] for r in responses if c in r] for c in ("advisor", "manner", "quality")}
    dims, shares = {}, {}
    for name, codes in scored.items():
        known = [c for c in codes if values[c]]
        if known:
            inside = sum(weights[c] for c in known)
            dims[name] = (
                sum(weights[c] for c in codes),
                sum(weights[c] * statistics.fmean(values[c]) for c in known) / inside,
            )
            shares |= {c: (name, weights[c] / inside) for c in known}
    if not dims:
        assert made.index.value is None
        return
    total = sum(weight for weight, _mean in dims.values())
    expected = sum(weight * mean for weight, mean in dims.values()) / total * 10
    assert float(made.index.value) == pytest.approx(expected)
    if min(len(values[c]) for c in shares) < 2:
        assert made.index.half_width is None
    else:
        variance = sum(
            (dims[name][0] / total * share * 10) ** 2 * statistics.variance(values[c]) / len(values[c])
            for c, (name, share) in shares.items()
        )
        assert float(made.index.half_width) == pytest.approx(1.959964 * math.sqrt(variance), abs=1e-6)
        assert 0 <= made.index.low <= made.index.high <= 100


@given(
    st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10)), min_size=1, max_size=9)
)
def test_what_the_items_cost_together_is_what_the_index_lacks(given_scores):
    made = sheet(*({"advisor": a, "manner": b, "quality": c} for a, b, c in given_scores))
    lost = made.lost_points()
    assert {code for code, _points in lost} == {"advisor", "manner", "quality"}
    assert abs(sum(points for _code, points in lost) - (100 - made.index.value)) < Decimal("1e-20")
    assert [points for _code, points in lost] == sorted((p for _c, p in lost), reverse=True)


def test_promoters_less_detractors():
    made = Sheet({"again": Item("again", "recommendation", "nps", Decimal(0), False)})
    for value in (10, 9, 8, 7, 6, 0):
        made.add("again", value)
    assert made.promoters("again").value == 0
    made.add("again", 9, 2)
    assert made.promoters("again").value == Decimal(200) / 8
    assert made.promoters("nobody").value is None
    assert made.index.value is None, "a likelihood never enters the index"
