"""What the API shows of stock, and what it takes."""

from __future__ import annotations

from decimal import Decimal

from rest_framework import serializers

from apps.parts.models import StockItem


class StockSerializer(serializers.ModelSerializer):
    """A part in a store: what lies there, what of it is reserved, what is free."""

    code = serializers.CharField(source="part.code", read_only=True)
    name = serializers.CharField(source="part.name", read_only=True)
    price = serializers.DecimalField(source="part.price", max_digits=12, decimal_places=2, read_only=True)
    available = serializers.DecimalField(max_digits=10, decimal_places=2, read_only=True)

    class Meta:
        model = StockItem
        fields = (
            "id",
            "store",
            "part",
            "code",
            "name",
            "price",
            "shelf",
            "on_hand",
            "reserved",
            "available",
            "reorder_point",
        )
        read_only_fields = fields


class ReceiptSerializer(serializers.Serializer):
    """Goods that came in."""

    quantity = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=Decimal("0.01"))
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
