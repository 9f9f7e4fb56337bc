"""API nouns: customers, vehicles. The same verbs and permissions as the pages."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.customers.api.filters import CustomerFilter, VehicleFilter
from apps.customers.api.serializers import (
    CustomerSerializer,
    OwnerSerializer,
    ReadingSerializer,
    VehicleSerializer,
)
from apps.customers.models import Customer, Vehicle
from apps.desk.once import IdempotentMixin

PERMS = {
    "list": "customers.see",
    "retrieve": "customers.see",
    "create": "customers.edit",
    "update": "customers.edit",
    "partial_update": "customers.edit",
}


class FileViewSet(
    IdempotentMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet,
):
    """List, retrieve, create and update; nothing is ever deleted."""

    permission_classes = [RolePermission]

    @transaction.atomic
    def perform_update(self, serializer: Any) -> None:
        serializer.save()


class CustomerViewSet(FileViewSet):
    """Customers whom the person's stores may see."""

    perms: ClassVar = PERMS
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    queryset = Customer.objects.none()

    def get_queryset(self) -> QuerySet[Customer]:
        return Customer.objects.visible_to(self.request.user)


class VehicleViewSet(FileViewSet):
    """Vehicles whose owners the person's stores may see."""

    perms: ClassVar = {**PERMS, "readings": "customers.edit", "change_owner": "customers.change_owner"}
    serializer_class = VehicleSerializer
    filterset_class = VehicleFilter
    queryset = Vehicle.objects.none()

    def get_queryset(self) -> QuerySet[Vehicle]:
        return Vehicle.objects.visible_to(self.request.user).select_related("owner", "model__brand")

    @extend_schema(request=ReadingSerializer, responses={201: ReadingSerializer})
    @action(detail=True, methods=["post"])
    def readings(self, request: Request, pk: str | None = None) -> Response:
        """Keep an odometer reading."""
        vehicle = self.get_object()
        serializer = ReadingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        reading = vehicle.record_reading(
            data["odometer_km"],
            data["read_on"],
            data["source"],
            request.user,
            replaced_reason=data.get("replaced_reason", ""),
        )
        return Response(ReadingSerializer(reading).data, status=201)

    @extend_schema(request=OwnerSerializer, responses={200: VehicleSerializer})
    @action(detail=True, methods=["post"], url_path="change-owner")
    def change_owner(self, request: Request, pk: str | None = None) -> Response:
        """Give the vehicle with its file to another customer."""
        vehicle = self.get_object()
        serializer = OwnerSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        vehicle.change_owner(data["owner"], by=request.user, reason=data["reason"])
        return Response(self.get_serializer(vehicle).data)
