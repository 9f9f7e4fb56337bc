"""Orders, lines and authorisations over the API: the same verbs as the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.accounts.access import RolePermission
from apps.desk.once import IdempotentMixin
from apps.workorders import services
from apps.workorders.api.serializers import (
    AuthorisationSerializer,
    AuthoriseSerializer,
    DeclineSerializer,
    LineChangeSerializer,
    LineSerializer,
    NewLineSerializer,
    NewOrderSerializer,
    OrderDetailSerializer,
    OrderSerializer,
    specs,
)
from apps.workorders.models import Authorisation, Line, WorkOrder


class OrderFilter(django_filters.FilterSet):
    """``?status= &advisor= &vehicle= &visit= &opened_after= &opened_before= &plate=``."""

    plate = django_filters.CharFilter(field_name="vehicle__plate", lookup_expr="istartswith")
    opened = django_filters.IsoDateTimeFromToRangeFilter(field_name="opened_at")

    class Meta:
        model = WorkOrder
        fields = ("status", "advisor", "vehicle", "visit")


class OrderViewSet(IdempotentMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Work orders of the stores that the caller may see."""

    queryset = WorkOrder.objects.none()
    serializer_class = OrderSerializer
    filterset_class = OrderFilter
    permission_classes = [RolePermission]
    perms = {
        "list": "workorders.see",
        "retrieve": "workorders.see",
        "create": "workorders.edit",
        "lines": "workorders.edit",
        "authorise": "workorders.authorise",
        "decline": "workorders.decline",
    }

    def get_queryset(self) -> QuerySet:
        """The caller's orders; with their lines when one is asked for."""
        orders = WorkOrder.objects.visible_to(self.request.user).select_related(
            "vehicle", "customer", "advisor", "store"
        )
        return orders.prefetch_related("lines") if self.action == "retrieve" else orders

    def get_serializer_class(self) -> Any:
        """One order comes with its lines."""
        return OrderDetailSerializer if self.action == "retrieve" else OrderSerializer

    @extend_schema(request=NewOrderSerializer, responses={201: OrderDetailSerializer})
    def create(self, request: Request) -> Response:
        """Open an order with its lines."""
        form = NewOrderSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        lines = specs(request.user, data.pop("lines", []))
        order = services.open_order(by=request.user, lines=lines, **data)
        order = WorkOrder.objects.select_related("vehicle", "customer", "advisor").get(pk=order.pk)
        return Response(OrderDetailSerializer(order).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=NewLineSerializer(many=True), responses={201: LineSerializer(many=True)}, filters=False
    )
    @action(detail=True, methods=["post"])
    def lines(self, request: Request, pk: str | None = None) -> Response:
        """Add lines; on an authorised order they wait for consent."""
        order = self.get_object()
        rows = request.data if isinstance(request.data, list) else [request.data]
        form = NewLineSerializer(data=rows, many=True)
        form.is_valid(raise_exception=True)
        added = services.add_lines(order, specs(request.user, form.validated_data), by=request.user)
        return Response(LineSerializer(added, many=True).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AuthoriseSerializer, responses=AuthorisationSerializer)
    @action(detail=True, methods=["post"])
    def authorise(self, request: Request, pk: str | None = None) -> Response:
        """Freeze the order as it stands and take the customer's word on it."""
        order = self.get_object()
        form = AuthoriseSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        shown = data.pop("version", None)
        consent = services.authorise_now(order, by=request.user, shown=shown, **data)
        return Response(AuthorisationSerializer(consent).data)

    @extend_schema(request=DeclineSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str | None = None) -> Response:
        """The customer declines the whole estimate."""
        order = self.get_object()
        form = DeclineSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.decline(order, by=request.user, **form.validated_data)
        return Response(OrderSerializer(order).data)


class LineFilter(django_filters.FilterSet):
    """``?order= &kind=``."""

    class Meta:
        model = Line
        fields = ("order", "kind")


class LineViewSet(IdempotentMixin, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Lines of orders."""

    queryset = Line.objects.none()
    serializer_class = LineSerializer
    filterset_class = LineFilter
    permission_classes = [RolePermission]
    perms = {
        "list": "workorders.see",
        "retrieve": "workorders.see",
        "partial_update": "workorders.edit",
        "destroy": "workorders.edit",
    }

    def get_queryset(self) -> QuerySet:
        """Lines of the caller's orders."""
        return Line.objects.visible_to(self.request.user)

    @extend_schema(request=LineChangeSerializer, responses=LineSerializer)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Change a line; beyond the tolerance it needs new consent."""
        form = LineChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        line = services.edit_line(self.get_object(), by=request.user, **form.validated_data)
        return Response(LineSerializer(line).data)

    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Take a line off its order."""
        services.remove_line(self.get_object(), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AuthorisationFilter(django_filters.FilterSet):
    """``?order= &method=``."""

    order = django_filters.NumberFilter(field_name="version__order")

    class Meta:
        model = Authorisation
        fields = ("method",)


class AuthorisationViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Recorded consents, each bound to the frozen version the customer saw."""

    queryset = Authorisation.objects.none()
    serializer_class = AuthorisationSerializer
    filterset_class = AuthorisationFilter
    permission_classes = [RolePermission]
    perms = {"list": "workorders.see", "retrieve": "workorders.see"}

    def get_queryset(self) -> QuerySet:
        """Consents to the caller's orders."""
        return Authorisation.objects.filter(
            version__order__store_id__in=self.request.user.visible_store_ids
        ).select_related("version")
