"""Packages, the labour rate, the starter catalogue."""

from datetime import date
from decimal import Decimal

import pytest

from apps.accounts.models import Setting
from apps.catalog import selectors, services
from apps.catalog.models import LabourOperation, Package, PackageLine, Part
from tests.catalog.factories import make_operation, make_package, make_part

pytestmark = pytest.mark.django_db


def test_a_package_expands_into_hours_at_the_rate_and_parts_at_their_price(cast):
    operation = make_operation(cast, flat_rate_hours=Decimal("0.7"))
    part = make_part(cast, price=Decimal("86.00"))
    package = make_package(cast, operations=[], parts=[])
    PackageLine.objects.create(package=package, part=part, quantity=4)
    PackageLine.objects.create(package=package, operation=operation)
    labour, parts = package.expand(Decimal("280.00"))
    assert (labour.operation, labour.quantity, labour.unit_price, labour.amount) == (
        operation,
        Decimal("0.7"),
        Decimal("280.00"),
        Decimal("196.00"),
    )
    assert (parts.part, parts.quantity, parts.amount) == (part, 4, Decimal("344.00"))
    assert Package.total([labour, parts]) == Decimal("540.00")


def test_an_amount_is_rounded_half_up_to_the_fen(cast):
    package = make_package(cast, operations=[make_operation(cast, flat_rate_hours=Decimal("0.5"))], parts=[])
    assert package.expand(Decimal("280.01"))[0].amount == Decimal("140.01")


def test_expanding_many_packages_takes_no_query_each(cast, django_assert_num_queries):
    for _ in range(5):
        make_package(cast)
    packages = list(Package.objects.visible_to(cast.advisor).with_lines())
    with django_assert_num_queries(0):
        assert all(package.expand(Decimal(280)) for package in packages)


def test_the_labour_rate_holds_from_its_day(cast):
    Setting.objects.create(
        key="catalog.labour_rate", store=cast.store, effective_from=date(2026, 7, 1), value="300"
    )
    assert selectors.labour_rate(cast.store, date(2026, 6, 30)) == Decimal("280.00")
    assert selectors.labour_rate(cast.store, date(2026, 7, 1)) == Decimal("300.00")
    assert selectors.labour_rate(cast.other_store, date(2026, 7, 1)) == Decimal("280.00")


def test_the_starter_catalogue_is_whole_and_laid_once(cast):
    first = services.seed(cast.group)
    assert services.seed(cast.group) == first
    assert (first["models"], first["packages"]) == (6, 8)
    assert first["operations"] >= 25
    assert first["parts"] >= 40
    for package in Package.objects.filter(group=cast.group).with_lines():
        lines = package.expand(Decimal("280.00"))
        assert any(line.operation for line in lines)
        assert any(line.part for line in lines)


def test_the_starter_catalogue_leaves_a_price_of_the_house_alone(cast):
    make_part(cast, code="YC-1011", price=Decimal("39.00"))
    services.seed(cast.group)
    assert Part.objects.get(group=cast.group, code="YC-1011").price == Decimal("39.00")


def test_a_foreign_house_sees_nothing_of_our_price_list(cast):
    services.seed(cast.group)
    assert not LabourOperation.objects.visible_to(cast.stranger).exists()
    assert LabourOperation.objects.visible_to(cast.neighbour).exists()
