"""The nouns ``visits`` and ``inspections``."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.appointments.models import Appointment
from apps.desk.once import IdempotentMixin
from apps.reception import services
from apps.reception.api.serializers import (
    ArrivalSerializer,
    InspectionSerializer,
    VisitSerializer,
    WaitsSerializer,
)
from apps.reception.models import Visit, WalkAround


class VisitFilter(django_filters.FilterSet):
    """Filters of the list of visits."""

    arrived_from = django_filters.IsoDateTimeFilter(field_name="arrived_at", lookup_expr="gte")
    arrived_before = django_filters.IsoDateTimeFilter(field_name="arrived_at", lookup_expr="lt")

    class Meta:
        model = Visit
        fields: ClassVar = ["status", "vehicle", "customer", "advisor", "appointment"]


class VisitViewSet(
    IdempotentMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """Visits to the caller's stores. POST registers an arrival; ``…/meet/`` is the first contact."""

    queryset = Visit.objects.none()
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    permission_classes = (RolePermission,)
    perms: ClassVar = {
        "list": "reception.see",
        "retrieve": "reception.see",
        "create": "reception.arrive",
        "meet": "reception.receive",
    }

    def get_queryset(self) -> QuerySet[Visit]:
        return Visit.objects.visible_to(self.request.user).select_related("vehicle")

    @extend_schema(request=ArrivalSerializer, responses={201: VisitSerializer})
    def create(self, request: Request) -> Response:
        """POST {appointment | vehicle | plate, waits_here} → 201 the visit; 409 while the vehicle is here."""
        if request.user.store is None:
            raise Http404
        arrival = ArrivalSerializer(data=request.data, context=self.get_serializer_context())
        arrival.is_valid(raise_exception=True)
        visit = services.arrive(request.user.store, by=request.user, **arrival.validated_data)
        return Response(self.get_serializer(visit).data, status=201)

    @extend_schema(request=None, responses={200: VisitSerializer})
    @action(detail=True, methods=["post"])
    def meet(self, request: Request, pk: Any = None) -> Response:
        """POST → the visit, first contact taken; 409 when somebody has."""
        visit = self.get_object()
        visit.meet(by=request.user)
        return Response(self.get_serializer(visit).data)


class ArrivalViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """The verb ``arrive`` of appointments: it ends there and goes on as a visit."""

    queryset = Appointment.objects.none()
    serializer_class = WaitsSerializer
    permission_classes = (RolePermission,)
    perms: ClassVar = {"arrive": "reception.arrive"}

    def get_queryset(self) -> QuerySet[Appointment]:
        return Appointment.objects.visible_to(self.request.user).select_related("store", "vehicle")

    @extend_schema(request=WaitsSerializer, responses={201: VisitSerializer})
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, pk: Any = None) -> Response:
        """POST /appointments/{id}/arrive → 201 the visit; 409 while the vehicle is here."""
        appointment = self.get_object()
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        visit = services.arrive(
            appointment.store, appointment=appointment, by=request.user, **form.validated_data
        )
        return Response(VisitSerializer(visit).data, status=201)


class InspectionViewSet(
    IdempotentMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """Walk-arounds. POST saves one; signing happens on the tablet or page only."""

    queryset = WalkAround.objects.none()
    serializer_class = InspectionSerializer
    filterset_fields: ClassVar = ["visit"]
    permission_classes = (RolePermission,)
    perms: ClassVar = {"list": "reception.see", "retrieve": "reception.see", "create": "reception.receive"}

    def get_queryset(self) -> QuerySet[WalkAround]:
        return (
            WalkAround.objects.visible_to(self.request.user)
            .select_related("visit")
            .prefetch_related("visit__damages__photo")
        )

    @transaction.atomic
    def create(self, request: Request) -> Response:
        """POST → 201 the walk-around; 409 when signed already, or when a signature is due."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        visit = data.pop("visit")
        marks = data.pop("damages", [])
        for mark in marks:
            services.add_mark(visit, by=request.user, **mark)
        walk = services.save_walk_around(visit, by=request.user, **data)
        return Response(self.get_serializer(self.get_queryset().get(pk=walk.pk)).data, status=201)
