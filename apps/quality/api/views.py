"""API noun: quality-checks; and the wash, a verb on work orders."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.desk.once import IdempotentMixin
from apps.quality import services
from apps.quality.checklist import VERDICTS, items_for
from apps.quality.models import QualityCheck, Rework
from apps.reception.api.serializers import VisibleField
from apps.workorders.models import WorkOrder
from apps.workshop.api.serializers import OrderStateSerializer
from apps.workshop.models import Job

CODES = tuple(items_for(safety_relevant=True))


class ReworkSerializer(serializers.ModelSerializer):
    """A job that goes back, with what must be done again."""

    job = VisibleField(queryset=Job.objects.all())
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)

    class Meta:
        model = Rework
        fields: ClassVar = ["job", "reason"]


class QualityCheckSerializer(serializers.ModelSerializer):
    """One check of one order."""

    reworks = ReworkSerializer(many=True, read_only=True)

    class Meta:
        model = QualityCheck
        fields: ClassVar = [
            "id", "order", "round", "result", "items", "road_test_km", "note", "exception_reason",
            "checked_by", "checked_at", "reworks",
        ]  # fmt: skip
        read_only_fields = fields


class CheckSerializer(serializers.Serializer):
    """What the checker saw: ``verdicts`` by the checklist's code; a failed check names its ``reworks``."""

    order = VisibleField(queryset=WorkOrder.objects.all())
    result = serializers.ChoiceField(choices=QualityCheck.Result.choices)
    verdicts = serializers.DictField(child=serializers.ChoiceField(choices=VERDICTS), default=dict)
    notes = serializers.DictField(child=serializers.CharField(max_length=200), default=dict)
    note = serializers.CharField(max_length=500, default="", allow_blank=True)
    road_test_km = serializers.IntegerField(min_value=1, max_value=200, allow_null=True, default=None)
    exception_reason = serializers.CharField(max_length=200, default="", allow_blank=True)
    reworks = ReworkSerializer(many=True, default=list)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if unknown := sorted(set(attrs["verdicts"]) - set(CODES)):
            raise serializers.ValidationError({"verdicts": {c: _("There is no such item.") for c in unknown}})
        return attrs


class WashSerializer(serializers.Serializer):
    """Where the car and its keys are."""

    parked_at = serializers.CharField(max_length=40)
    keys_at = serializers.CharField(max_length=40, default="", allow_blank=True)


class QualityCheckFilter(django_filters.FilterSet):
    """``?order= &result= &checked_by= &checked_after= &checked_before=``."""

    checked = django_filters.IsoDateTimeFromToRangeFilter(field_name="checked_at")

    class Meta:
        model = QualityCheck
        fields: ClassVar = ["order", "result", "checked_by"]


class QualityCheckViewSet(
    IdempotentMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet
):
    """Checks of the reader's stores. POST passes the car or sends it back."""

    permission_classes = (RolePermission,)
    perms: ClassVar = {"list": "quality.see", "retrieve": "quality.see", "create": "quality.check"}
    serializer_class = QualityCheckSerializer
    filterset_class = QualityCheckFilter
    queryset = QualityCheck.objects.none()

    def get_queryset(self) -> QuerySet[QualityCheck]:
        return QualityCheck.objects.visible_to(self.request.user).prefetch_related("reworks")

    @extend_schema(request=CheckSerializer, responses={201: QualityCheckSerializer})
    def create(self, request: Request) -> Response:
        """Judge a car that waits for its check."""
        form = CheckSerializer(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        order, result, reworks = data.pop("order"), data.pop("result"), data.pop("reworks")
        findings = services.Findings(**data)
        if result == QualityCheck.Result.PASSED:
            check = services.pass_order(order, findings, by=request.user)
        else:
            jobs = {row["job"]: row["reason"] for row in reworks if row["job"].order_id == order.pk}
            check = services.fail_order(order, findings, jobs, by=request.user)
        return Response(self.get_serializer(check).data, status=status.HTTP_201_CREATED)


class WashViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """The verb ``wash`` of work orders."""

    permission_classes = (RolePermission,)
    perms: ClassVar = {"wash": "quality.wash"}
    serializer_class = WashSerializer
    queryset = WorkOrder.objects.none()

    def get_queryset(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    @extend_schema(request=WashSerializer, responses=OrderStateSerializer)
    @action(detail=True, methods=["post"])
    def wash(self, request: Request, pk: str) -> Response:
        """Washed, restored and parked: the order is ready."""
        order = self.get_object()
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.finish_wash(order, by=request.user, **form.validated_data)
        return Response(OrderStateSerializer(order).data)
