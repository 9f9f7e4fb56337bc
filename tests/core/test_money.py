"""Money: exact to the fen, read as typed, split without losing one."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core import money

amounts = st.decimals("-9999999999.99", "9999999999.99", places=2)
weights = st.lists(st.decimals(0, 100000, places=3), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("1.115", "1.12"),
        ("7", "7.00"),
    ],
)
def test_half_a_fen_goes_away_from_zero(value, rounded):
    assert str(money.fen(Decimal(value))) == rounded


def test_there_is_no_negative_zero():
    assert str(money.fen(Decimal("-0.001"))) == "0.00"
    assert money.display(Decimal("-0.001")) == "0.00"


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        money.fen(0.1)
    with pytest.raises(TypeError):
        money.MoneyField().to_python(0.1)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("¥1,234.50", "1234.50"),
        ("￥ 1，234.5", "1234.50"),
        ("1,234.50元", "1234.50"),
        ("１２．５", "12.50"),
        ("-12", "-12.00"),
        ("−12", "-12.00"),
        ("¥-12.30", "-12.30"),
        ("-¥12.30", "-12.30"),
        ("CNY 99", "99.00"),
        ("99 rmb", "99.00"),
        ("1 234 567.8", "1234567.80"),
        (".5", "0.50"),
        ("5.", "5.00"),
        ("1.50000", "1.50"),
        ("9,999,999,999.99", "9999999999.99"),
        ("-0", "0.00"),
    ],
)
def test_amounts_are_read_as_typed(typed, value):
    assert str(money.parse_amount(typed)) == value


@given(amounts)
def test_what_is_shown_can_be_typed_back(value):
    assert money.parse_amount(money.display(value)) == value
    assert money.parse_amount(f"¥{money.display(value)}") == value


@given(st.text(max_size=20))
def test_any_text_is_an_amount_in_fen_or_a_refusal(text):
    try:
        value = money.parse_amount(text)
    except ValidationError as error:
        refusal = error.code
    else:
        refusal = None
    if refusal is not None:
        assert refusal in {"missing", "invalid", "too_precise", "too_large"}
        return
    assert value == money.fen(value)
    assert abs(value) < money.LIMIT


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "missing"),
        ("　", "missing"),
        ("12,50", "invalid"),
        ("1,23.4", "invalid"),
        ("1.234,50", "invalid"),
        ("1,234 567", "invalid"),
        ("--5", "invalid"),
        ("-¥-5", "invalid"),
        ("12a", "invalid"),
        ("1e3", "invalid"),
        ("NaN", "invalid"),
        ("¥", "invalid"),
        ("١٢", "invalid"),
        ("1.005", "too_precise"),
        ("10000000000", "too_large"),
    ],
)
def test_what_is_no_amount_is_refused(typed, code):
    with pytest.raises(ValidationError) as caught:
        money.parse_amount(typed)
    assert caught.value.code == code


@given(amounts, weights)
def test_parts_sum_to_the_whole_and_lie_within_a_fen_of_their_share(total, given_weights):
    whole = sum(given_weights)
    if not whole:
        return
    parts = money.allocate(total, given_weights)
    assert sum(parts) == total
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part * whole - total * weight) < money.FEN * whole


@given(amounts, weights)
def test_no_weight_no_part(total, given_weights):
    if not any(given_weights):
        return
    parts = money.allocate(total, given_weights)
    assert all(part == 0 for part, weight in zip(parts, given_weights, strict=True) if not weight)


@given(amounts, weights)
def test_a_refund_is_split_as_its_payment_was(total, given_weights):
    if not any(given_weights):
        return
    parts = money.allocate(total, given_weights)
    assert money.allocate(-total, given_weights) == [-part for part in parts]


def test_left_over_fen_go_to_the_largest_remainders_then_to_the_first():
    assert money.allocate(Decimal("0.05"), [1, 1, 1]) == [Decimal("0.02"), Decimal("0.02"), Decimal("0.01")]
    assert money.allocate(Decimal("100.00"), [1, 2]) == [Decimal("33.33"), Decimal("66.67")]
    assert money.allocate(Decimal(0), [0, 0]) == [Decimal(0), Decimal(0)]
    assert money.allocate(Decimal(0), []) == []


@pytest.mark.parametrize(
    ("total", "given_weights"), [("1", []), ("1", [0, 0]), ("1", [2, -1]), ("0.001", [1])]
)
def test_impossible_splits_are_programming_errors(total, given_weights):
    with pytest.raises(ValueError, match=r"weight|fen"):
        money.allocate(Decimal(total), given_weights)


def test_a_migration_carries_no_digits_that_go_without_saying():
    _name, path, _args, kwargs = money.MoneyField(default=Decimal(0)).deconstruct()
    assert (path, kwargs) == ("apps.core.money.MoneyField", {"default": Decimal(0)})
    _name, _path, _args, kwargs = money.MoneyField(decimal_places=4).deconstruct()
    assert kwargs == {"decimal_places": 4}


def test_a_form_reads_amounts_as_typed_and_keeps_what_it_refuses():
    class PriceForm(forms.Form):
        price = money.MoneyField().formfield()
        discount = money.MoneyField(blank=True, null=True).formfield()

    good = PriceForm({"price": "￥1，234.5", "discount": " "})
    assert good.is_valid(), good.errors
    assert good.cleaned_data == {"price": Decimal("1234.50"), "discount": None}

    bad = PriceForm({"price": "12,50"})
    with translation.override("en"):
        assert "“12,50” is not an amount" in str(bad.errors["price"])
    assert 'value="12,50"' in str(bad["price"])
    assert 'inputmode="decimal"' in str(bad["price"])


def test_sums_of_money_are_money():
    assert isinstance(models.Sum("x", output_field=money.MoneyField()).output_field, money.MoneyField)
