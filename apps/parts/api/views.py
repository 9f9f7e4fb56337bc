"""Stock over the API."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.access import RolePermission
from apps.desk.once import IdempotentMixin
from apps.parts import services
from apps.parts.api.serializers import ReceiptSerializer, StockSerializer
from apps.parts.models import StockItem, StockItemQuerySet


class StockFilter(django_filters.FilterSet):
    """``?code= &name= &store= &low=true``."""

    code = django_filters.CharFilter(field_name="part__code", lookup_expr="istartswith")
    name = django_filters.CharFilter(field_name="part__name", lookup_expr="icontains")
    low = django_filters.BooleanFilter(method="only_low")

    class Meta:
        model = StockItem
        fields = ("store",)

    def only_low(self, rows: StockItemQuerySet, name: str, value: bool) -> QuerySet:
        """At or under the reorder point."""
        return rows.low() if value else rows


class PartViewSet(IdempotentMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Parts on the shelves of the caller's stores."""

    queryset = StockItem.objects.none()
    serializer_class = StockSerializer
    filterset_class = StockFilter
    permission_classes = [RolePermission]
    perms = {"list": "parts.see", "retrieve": "parts.see", "receive": "parts.handle"}

    def get_queryset(self) -> QuerySet:
        """The caller's stock."""
        return StockItem.objects.visible_to(self.request.user).select_related("part", "store")

    @extend_schema(request=ReceiptSerializer, responses=StockSerializer)
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str | None = None) -> Response:
        """Put goods on the shelf."""
        item = self.get_object()
        form = ReceiptSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = form.validated_data
        item = services.receive(item.store, item.part, data["quantity"], by=request.user, note=data["note"])
        return Response(StockSerializer(self.get_queryset().get(pk=item.pk)).data)
