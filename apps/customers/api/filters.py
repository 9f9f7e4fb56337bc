"""Filters of the API's lists."""

from typing import ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from apps.core import phones, plates
from apps.core import vin as vins
from apps.customers.models import Customer, Vehicle, keys
from apps.customers.models.customer import CustomerQuerySet


class CustomerFilter(django_filters.FilterSet):
    """``q`` finds as the search box does; ``phone`` takes a whole number in any spelling."""

    q = django_filters.CharFilter(method="matching")
    phone = django_filters.CharFilter(method="with_phone")

    class Meta:
        model = Customer
        fields: ClassVar = ["kind", "advisor", "number"]

    def matching(self, rows: CustomerQuerySet, _name: str, text: str) -> QuerySet:
        """By name, pinyin, tails."""
        return rows.matching(text)

    def with_phone(self, rows: CustomerQuerySet, _name: str, text: str) -> QuerySet:
        """By the whole number; nobody for what is no number."""
        try:
            return rows.with_phone(phones.normalise(text))
        except ValidationError:
            return rows.none()


class VehicleFilter(django_filters.FilterSet):
    """``q`` finds as the search box does; ``plate`` and ``vin`` take any spelling."""

    q = django_filters.CharFilter(method="matching")
    plate = django_filters.CharFilter(method="with_plate")
    vin = django_filters.CharFilter(method="with_vin")

    class Meta:
        model = Vehicle
        fields: ClassVar = ["owner", "model", "energy"]

    def matching(self, rows: QuerySet, _name: str, text: str) -> QuerySet:
        """By plate, VIN and their tails."""
        return rows.filter(pk__in=keys.ids(keys.VEHICLE, text))

    def with_plate(self, rows: QuerySet, _name: str, text: str) -> QuerySet:
        """By the whole plate."""
        return rows.filter(plate=plates.normalise(text))

    def with_vin(self, rows: QuerySet, _name: str, text: str) -> QuerySet:
        """By the whole VIN."""
        return rows.filter(vin=vins.normalise(text))
