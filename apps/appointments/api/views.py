"""API noun: appointments. The verbs are those of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.appointments import online, services, waiting
from apps.appointments.api.serializers import (
    AcceptanceSerializer,
    AppointmentSerializer,
    BookingSerializer,
    IntakeSerializer,
    OfferSerializer,
    OnlineRequestSerializer,
    ReasonSerializer,
    RefusalSerializer,
    RescheduleSerializer,
    VersionSerializer,
    WaitingEntrySerializer,
    WishSerializer,
)
from apps.appointments.models import Appointment, OnlineRequest, WaitingEntry
from apps.capacity.services import restarting
from apps.desk.once import IdempotentMixin


class AppointmentFilter(filters.FilterSet):
    """``?arrives_after=&arrives_before=&status=&advisor=&vehicle=&customer=&store=&number=``."""

    arrives_after = filters.IsoDateTimeFilter(field_name="arrives_at", lookup_expr="gte")
    arrives_before = filters.IsoDateTimeFilter(field_name="arrives_at", lookup_expr="lt")

    class Meta:
        model = Appointment
        fields = ["status", "advisor", "vehicle", "customer", "store", "number", "kind", "channel"]


class VerbViewSet(IdempotentMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Rows that are read, and changed by verbs only."""

    permission_classes = [RolePermission]
    perms: ClassVar = {
        "list": "appointments.see",
        "retrieve": "appointments.see",
        "*": "appointments.book",
    }

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """A deadlock with another booking begins the whole request's work again, once."""
        _kept = request.body  # a second run must be able to read it again
        return restarting(super().dispatch)(request, *args, **kwargs)

    def _valid(self, kind: Any, request: Request) -> dict[str, Any]:
        serializer = kind(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def _answer(self, row: Any, code: int = 200) -> Response:
        fresh = self.get_queryset().get(pk=row.pk)
        return Response(self.get_serializer(fresh).data, status=code)


class AppointmentViewSet(VerbViewSet):
    """Appointments of the caller's stores, newest first.

    A refused verb answers 409 with the rule and changes nothing; ``slot_taken`` brings ``alternatives``.
    """

    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilter
    queryset = Appointment.objects.none()

    def get_queryset(self) -> QuerySet[Appointment]:
        rows = Appointment.objects.visible_to(self.request.user)
        return rows.select_related("vehicle").prefetch_related("items__operation", "items__part")

    @extend_schema(request=BookingSerializer, responses={201: AppointmentSerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """POST /appointments → booked in the caller's store."""
        if request.user.store is None:
            raise Http404
        data = self._valid(BookingSerializer, request)
        asks = [item["ask"] for item in data.pop("items", [])]
        data["customer"] = data.get("customer") or data["vehicle"].owner
        appointment = services.book(store=request.user.store, asks=asks, by=request.user, **data)
        return self._answer(appointment, status.HTTP_201_CREATED)

    @extend_schema(request=VersionSerializer, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str | None = None) -> Response:
        """POST /appointments/{id}/confirm."""
        appointment = self.get_object()
        services.confirm(appointment, by=request.user, **self._valid(VersionSerializer, request))
        return self._answer(appointment)

    @extend_schema(request=RescheduleSerializer, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: str | None = None) -> Response:
        """POST /appointments/{id}/reschedule."""
        appointment = self.get_object()
        data = self._valid(RescheduleSerializer, request)
        whoever = "advisor" in data and data["advisor"] is None
        services.reschedule(appointment, by=request.user, any_advisor=whoever, **data)
        return self._answer(appointment)

    @extend_schema(request=ReasonSerializer, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """POST /appointments/{id}/cancel."""
        appointment = self.get_object()
        services.cancel(appointment, by=request.user, **self._valid(ReasonSerializer, request))
        return self._answer(appointment)


class OnlineRequestViewSet(IdempotentMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The intake for outside channels: the maker's site or app. Each sees what it has sent itself.

    The same ``external_id`` again answers with the request that is there. A taken time answers 409 with
    ``alternatives``.
    """

    permission_classes = [RolePermission]
    perms: ClassVar = {"*": "appointments.take_in"}
    serializer_class = OnlineRequestSerializer
    queryset = OnlineRequest.objects.none()

    def get_queryset(self) -> QuerySet[OnlineRequest]:
        rows = OnlineRequest.objects.visible_to(self.request.user).filter(taken_by=self.request.user.pk)
        return rows.select_related("appointment").prefetch_related("items__operation", "items__part")

    @extend_schema(request=IntakeSerializer, responses={201: OnlineRequestSerializer})
    def create(self, request: Request) -> Response:
        """POST /online-requests → received; 200 when it came before."""
        if request.user.store is None:
            raise Http404
        serializer = IntakeSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        asks = data.pop("packages", [])
        row, is_new = online.take_in(store=request.user.store, by=request.user, asks=asks, **data)
        fresh = self.get_queryset().get(pk=row.pk)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(fresh).data, status=code)


class WaitingEntryViewSet(VerbViewSet):
    """The waiting list of the caller's stores, in recorded order.

    A refused verb answers 409 with the rule and changes nothing; ``slot_taken`` brings ``alternatives``.
    """

    serializer_class = WaitingEntrySerializer
    filterset_fields = ("status", "vehicle", "customer", "store", "advisor", "number")
    queryset = WaitingEntry.objects.none()

    def get_queryset(self) -> QuerySet[WaitingEntry]:
        rows = WaitingEntry.objects.visible_to(self.request.user).order_by("pk")
        return rows.select_related("vehicle").prefetch_related("items__operation", "items__part")

    @extend_schema(request=WishSerializer, responses={201: WaitingEntrySerializer})
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """POST /waiting-entries → on the list of the caller's store."""
        if request.user.store is None:
            raise Http404
        data = self._valid(WishSerializer, request)
        asks = [item["ask"] for item in data.pop("items", [])]
        entry = waiting.put(store=request.user.store, asks=asks, by=request.user, **data)
        return self._answer(entry, status.HTTP_201_CREATED)

    @extend_schema(request=OfferSerializer, responses=WaitingEntrySerializer)
    @action(detail=True, methods=["post"])
    def offer(self, request: Request, pk: str | None = None) -> Response:
        """POST /waiting-entries/{id}/offer → the time is held, the customer told."""
        return self._verb(waiting.offer, OfferSerializer, request)

    @extend_schema(request=AcceptanceSerializer, responses=WaitingEntrySerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str | None = None) -> Response:
        """POST /waiting-entries/{id}/accept → ``appointment`` is the one that was made."""
        return self._verb(waiting.accept, AcceptanceSerializer, request)

    @extend_schema(request=RefusalSerializer, responses=WaitingEntrySerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str | None = None) -> Response:
        """POST /waiting-entries/{id}/decline → the time is free for the next."""
        return self._verb(waiting.decline, RefusalSerializer, request)

    @extend_schema(request=ReasonSerializer, responses=WaitingEntrySerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str | None = None) -> Response:
        """POST /waiting-entries/{id}/withdraw → off the list."""
        return self._verb(waiting.withdraw, ReasonSerializer, request)

    def _verb(self, verb: Callable[..., Any], kind: Any, request: Request) -> Response:
        entry = self.get_object()
        verb(entry, by=request.user, **self._valid(kind, request))
        return self._answer(entry)
