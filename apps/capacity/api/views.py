"""API nouns: slots, bays, technicians."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import RolePermission
from apps.accounts.models import Store
from apps.capacity import slots
from apps.capacity.models import Resource
from apps.catalog.models import BayKind, Skill
from apps.core import clock

MAX_DAYS = 31
MAX_HOURS = 100


class SlotQuery(serializers.Serializer):
    """What is asked for."""

    date_from = serializers.DateField(required=False)
    days = serializers.IntegerField(min_value=1, max_value=MAX_DAYS, default=1)
    duration_minutes = serializers.IntegerField(min_value=5, max_value=MAX_HOURS * 60, default=60)
    bay_kind = serializers.ChoiceField(choices=BayKind.choices, default=BayKind.GENERAL)
    skill = serializers.ChoiceField(choices=Skill.choices, default=Skill.GENERAL)
    advisor = serializers.IntegerField(required=False, help_text="A user's id.")
    people = serializers.IntegerField(min_value=0, default=1, help_text="Who come with the car.")
    store = serializers.IntegerField(required=False, help_text="Default: your own store.")


class SlotSerializer(serializers.Serializer):
    """One start that fits, with whom and why."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    bay = serializers.CharField(source="bay.name")
    bay_id = serializers.IntegerField(source="bay.id")
    technician = serializers.CharField(source="technician.name")
    technician_id = serializers.IntegerField(source="technician.id")
    advisor = serializers.CharField(source="advisor.name")
    advisor_id = serializers.IntegerField(source="advisor.person_id", help_text="The advisor's user id.")
    reason = serializers.CharField()
    cars = serializers.IntegerField(help_text="Cars expected within the same hour already.")


class ClosedSerializer(serializers.Serializer):
    """Starts that are not offered, and why."""

    from_at = serializers.DateTimeField()
    till_at = serializers.DateTimeField()
    reasons = serializers.ListField(child=serializers.CharField())


class DaySerializer(serializers.Serializer):
    """One day: its slots, its closed hours, and why it is shut if it is."""

    day = serializers.DateField()
    shut = serializers.CharField()
    slots = SlotSerializer(many=True)
    closed = ClosedSerializer(many=True)
    level = serializers.ListField(
        child=serializers.DateTimeField(), help_text="The starts that keep the day flattest."
    )


class SlotView(APIView):
    """Slots of a store, day by day."""

    permission_classes = [RolePermission]
    perms: ClassVar = {"GET": "capacity.see"}

    @extend_schema(parameters=[SlotQuery], responses=DaySerializer(many=True))
    def get(self, request: Request) -> Response:
        """GET /slots → days with offered and closed starts."""
        query = SlotQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        now = clock.now()
        needs = slots.Needs.of(
            timedelta(minutes=asked["duration_minutes"]),
            asked["bay_kind"],
            asked["skill"],
            advisor=asked.get("advisor"),
            people=asked["people"],
        )
        found = slots.days(
            _store(request, asked.get("store")),
            needs=needs,
            date_from=asked.get("date_from") or clock.today(),
            days=asked["days"],
            now=now,
        )
        return Response(DaySerializer(found, many=True).data)


def _store(request: Request, store_id: int | None) -> Store:
    wanted = store_id or request.user.store_id or 0
    store = Store.objects.visible_to(request.user).filter(pk=wanted).first()
    if store is None:
        raise Http404
    return store


class ResourceSerializer(serializers.ModelSerializer):
    """A bay or a technician."""

    class Meta:
        model = Resource
        fields = ["id", "store", "name", "bay_kind", "person", "team", "skills", "is_active"]


class ResourceViewSet(viewsets.ReadOnlyModelViewSet):
    """Base of the two lists."""

    permission_classes = [RolePermission]
    perms: ClassVar = {"*": "capacity.see"}
    serializer_class = ResourceSerializer
    filterset_fields: ClassVar = ["store", "is_active", "bay_kind"]
    queryset = Resource.objects.none()
    kind = ""

    def get_queryset(self) -> QuerySet[Resource]:
        return Resource.objects.visible_to(self.request.user).filter(kind=self.kind)


class BayViewSet(ResourceViewSet):
    """Bays of the reader's stores."""

    kind = Resource.Kind.BAY


class TechnicianViewSet(ResourceViewSet):
    """Technicians of the reader's stores, with their skills."""

    kind = Resource.Kind.TECHNICIAN
