"""Jobs and clockings as programs see them, and what their verbs take."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.capacity.models import Resource
from apps.workorders.models import WorkOrder
from apps.workshop.models import Clocking, Job, PauseReason


class JobSerializer(serializers.ModelSerializer):
    """A job. ``warnings`` is filled by the verbs that plan."""

    order_number = serializers.CharField(source="order.number", read_only=True)
    plate = serializers.CharField(source="order.vehicle.plate", read_only=True)
    promised_at = serializers.DateTimeField(source="order.promised_at", read_only=True)
    description = serializers.CharField(source="line.description", read_only=True)

    class Meta:
        model = Job
        fields = [
            "id", "store", "order", "order_number", "plate", "promised_at", "line", "description", "state",
            "bay", "technician", "planned_from", "planned_until", "flat_rate_hours", "pause_reason", "cause",
            "work_done", "findings", "rework_reason", "protection_ticked_at", "started_at", "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


class ClockingSerializer(serializers.ModelSerializer):
    """One stretch of work."""

    class Meta:
        model = Clocking
        fields = ["id", "job", "technician", "started_at", "ended_at", "end_reason"]
        read_only_fields = fields


class DispatchSerializer(serializers.Serializer):
    """Where, who, when. A bay or technician left out is chosen by who is free."""

    bay = serializers.PrimaryKeyRelatedField(queryset=Resource.objects.none(), required=False, default=None)
    technician = serializers.PrimaryKeyRelatedField(
        queryset=Resource.objects.none(), required=False, default=None
    )
    starts_at = serializers.DateTimeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        request = self.context.get("request")
        if request is not None:
            mine = Resource.objects.visible_to(request.user).active()
            self.fields["bay"].queryset = mine.filter(kind=Resource.Kind.BAY)  # type: ignore[attr-defined]
            self.fields["technician"].queryset = mine.filter(kind=Resource.Kind.TECHNICIAN)  # type: ignore[attr-defined]


class EmptySerializer(serializers.Serializer):
    """Nothing to say."""


class StartSerializer(serializers.Serializer):
    """``protection``: the covers are fitted."""

    protection = serializers.BooleanField(default=False)


class PauseSerializer(serializers.Serializer):
    """Why work stands still."""

    reason = serializers.ChoiceField(choices=PauseReason.choices)


class FinishSerializer(serializers.Serializer):
    """What was wrong and what was done."""

    work_done = serializers.CharField(max_length=1000)
    cause = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class OrderDispatchSerializer(DispatchSerializer):
    """Where, who and from when; ``jobs`` are all unplanned ones of the order unless some are named."""

    jobs = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)


class PlannedJobSerializer(JobSerializer):
    """A job with what is worth a second look about its plan."""

    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(JobSerializer.Meta):
        fields = [*JobSerializer.Meta.fields, "warnings"]
        read_only_fields = fields


class OrderStateSerializer(serializers.ModelSerializer):
    """The order after the verb."""

    class Meta:
        model = WorkOrder
        fields = ["id", "number", "status"]
        read_only_fields = fields
