"""API nouns: jobs with their verbs, clockings; dispatch and submission, verbs on work orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.desk.once import IdempotentMixin
from apps.workorders.models import WorkOrder
from apps.workshop import services, working
from apps.workshop.api.serializers import (
    ClockingSerializer,
    DispatchSerializer,
    EmptySerializer,
    FinishSerializer,
    JobSerializer,
    OrderDispatchSerializer,
    OrderStateSerializer,
    PauseSerializer,
    PlannedJobSerializer,
    StartSerializer,
)
from apps.workshop.models import Clocking, Job
from apps.workshop.suggesting import complete

WORK = ("start", "pause", "resume", "finish")


class JobViewSet(IdempotentMixin, viewsets.ReadOnlyModelViewSet):
    """Jobs of the reader's stores. A technician's verbs reach only what he may work on."""

    permission_classes = [RolePermission]
    perms = {
        "list": "workshop.see",
        "retrieve": "workshop.see",
        "dispatch_to": "workshop.dispatch",
        "start": "workshop.work",
        "pause": "workshop.work",
        "resume": "workshop.work",
        "finish": "workshop.work",
    }
    serializer_class = JobSerializer
    filterset_fields = ["state", "order", "bay", "technician", "store", "pause_reason"]
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        user = self.request.user
        mine = Job.objects.workable_by(user) if self.action in WORK else Job.objects.visible_to(user)
        return mine.for_pages()

    @extend_schema(request=DispatchSerializer, responses=PlannedJobSerializer)
    @action(detail=True, methods=["post"], url_path="dispatch", serializer_class=DispatchSerializer)
    def dispatch_to(self, request: Request, pk: str) -> Response:
        """Plan the job, or move its plan."""
        job = self.get_object()
        wish = self._wish()
        bay, technician = complete(job, wish["bay"], wish["technician"], wish["starts_at"])
        warnings = job.dispatch(bay, technician, wish["starts_at"], by=request.user)
        return Response({**self._body(job), "warnings": warnings})

    @extend_schema(request=StartSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], serializer_class=StartSerializer)
    def start(self, request: Request, pk: str) -> Response:
        """Clock in; the first one starts the job."""

        def verb(job: Job, wish: dict[str, Any]) -> None:
            if wish["protection"]:
                job.tick_protection(by=request.user)
            job.start(technician=working.worker(request.user, job), by=request.user)

        return self._verb(verb)

    @extend_schema(request=PauseSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], serializer_class=PauseSerializer)
    def pause(self, request: Request, pk: str) -> Response:
        """Clock out for a reason."""
        return self._verb(lambda job, wish: working.pause(job, wish["reason"], by=request.user))

    @extend_schema(request=EmptySerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], serializer_class=EmptySerializer)
    def resume(self, request: Request, pk: str) -> Response:
        """Go on with a paused job."""
        return self._verb(
            lambda job, _wish: job.resume(technician=working.worker(request.user, job), by=request.user)
        )

    @extend_schema(request=FinishSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], serializer_class=FinishSerializer)
    def finish(self, request: Request, pk: str) -> Response:
        """The work is done."""
        return self._verb(lambda job, wish: working.finish(job, by=request.user, **wish))

    def _wish(self) -> dict[str, Any]:
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _verb(self, verb: Callable[[Job, dict[str, Any]], object]) -> Response:
        job = self.get_object()
        verb(job, self._wish())
        return Response(self._body(job))

    def _body(self, job: Job) -> dict[str, Any]:
        return dict(JobSerializer(job, context=self.get_serializer_context()).data)


class ClockingViewSet(viewsets.ReadOnlyModelViewSet):
    """Who worked on what, newest first."""

    permission_classes = [RolePermission]
    perms = {"*": "workshop.see"}
    serializer_class = ClockingSerializer
    filterset_fields = ["job", "technician", "end_reason"]
    queryset = Clocking.objects.none()

    def get_queryset(self) -> QuerySet[Clocking]:
        return Clocking.objects.visible_to(self.request.user)


class OrderWorkViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """The workshop's verbs on work orders."""

    permission_classes = [RolePermission]
    perms = {"dispatch_to": "workshop.dispatch", "submit_for_qc": "workshop.submit_for_qc"}
    serializer_class = EmptySerializer
    queryset = WorkOrder.objects.none()

    def get_queryset(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    @extend_schema(request=OrderDispatchSerializer, responses=PlannedJobSerializer(many=True))
    @action(detail=True, methods=["post"], url_path="dispatch", serializer_class=OrderDispatchSerializer)
    def dispatch_to(self, request: Request, pk: str) -> Response:
        """Plan the order's waiting jobs, one after the other: all or none."""
        order = self.get_object()
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        wish = form.validated_data
        planned = services.dispatch_order(
            order, wish["bay"], wish["technician"], wish["starts_at"], by=request.user, only=wish["jobs"]
        )
        return Response([{**JobSerializer(job).data, "warnings": warnings} for job, warnings in planned])

    @extend_schema(request=EmptySerializer, responses=OrderStateSerializer)
    @action(detail=True, methods=["post"], url_path="submit-for-qc")
    def submit_for_qc(self, request: Request, pk: str) -> Response:
        """Hand the car to quality control."""
        order = self.get_object()
        services.submit_for_qc(order, by=request.user)
        return Response(OrderStateSerializer(order).data)
