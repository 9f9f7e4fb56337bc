"""API nouns: settlements, payments; the hand-back, a verb on work orders."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.delivery import services
from apps.delivery.explanations import EXPLANATIONS
from apps.delivery.models import GatePass, Settlement
from apps.desk.once import IdempotentMixin
from apps.money.models import Payment
from apps.money.selectors import balance
from apps.workorders.models import WorkOrder


class SettlementSerializer(serializers.ModelSerializer):
    """A settlement with what is still owed on it."""

    owed = serializers.SerializerMethodField()

    class Meta:
        model = Settlement
        fields = [
            "id", "number", "order", "labour_total", "parts_total", "other_total", "total", "customer_total",
            "tax", "owed", "invoice_title", "invoice_number", "settled_at", "reversed_at", "reversed_reason",
        ]  # fmt: skip
        read_only_fields = [f for f in fields if f not in ("order", "invoice_title")]

    def get_owed(self, settlement: Settlement) -> str:
        return str(balance(settlement.account))


class PaymentSerializer(serializers.ModelSerializer):
    """A payment; ``settlement`` names what is paid."""

    settlement = serializers.PrimaryKeyRelatedField(queryset=Settlement.objects.all(), write_only=True)

    class Meta:
        model = Payment
        fields = ["id", "settlement", "method", "amount", "reference", "taken_at"]
        read_only_fields = ["taken_at"]


class ReversalSerializer(serializers.Serializer):
    """Why a settlement is undone."""

    reason = serializers.CharField(max_length=200)


class GatePassSerializer(serializers.ModelSerializer):
    """The permission to leave."""

    class Meta:
        model = GatePass
        fields = ["id", "order", "number", "issued_at", "owed", "unpaid_reason", "callback_wish", "left_at"]
        read_only_fields = fields


class HandBackSerializer(serializers.Serializer):
    """What was explained at the car, and which custody items went back."""

    explained = serializers.ListField(child=serializers.ChoiceField(choices=list(EXPLANATIONS.items())))
    returned = serializers.ListField(child=serializers.IntegerField(), default=list)
    callback_wish = serializers.CharField(max_length=60, default="", allow_blank=True)
    unpaid_reason = serializers.CharField(max_length=200, default="", allow_blank=True)


class HandBackViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """The verb ``deliver`` of work orders."""

    permission_classes = (RolePermission,)
    perms = {"deliver": "delivery.hand_back"}
    serializer_class = HandBackSerializer
    queryset = WorkOrder.objects.none()

    def get_queryset(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    @extend_schema(request=HandBackSerializer, responses={201: GatePassSerializer})
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> Response:
        """Hand the car back → 201 the gate pass; 409 with what is still missing."""
        order = self.get_object()
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        gate_pass = services.deliver(order, by=request.user, **form.validated_data)
        return Response(GatePassSerializer(gate_pass).data, status=status.HTTP_201_CREATED)


class SettlementViewSet(
    IdempotentMixin,
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Settlements of the reader's stores. Creating one settles the order."""

    permission_classes = (RolePermission,)
    perms = {
        "list": "delivery.see",
        "retrieve": "delivery.see",
        "create": "delivery.settle",
        "reverse": "delivery.reverse",
    }
    serializer_class = SettlementSerializer
    filterset_fields = ("order", "number")
    queryset = Settlement.objects.none()

    def get_queryset(self) -> QuerySet[Settlement]:
        return Settlement.objects.visible_to(self.request.user).select_related("account", "order")

    def perform_create(self, serializer: Any) -> None:
        data = serializer.validated_data
        order = get_object_or_404(WorkOrder.objects.visible_to(self.request.user), pk=data["order"].pk)
        serializer.instance = services.settle(
            order, by=self.request.user, invoice_title=data.get("invoice_title", "")
        )

    @action(detail=True, methods=["post"], serializer_class=ReversalSerializer)
    def reverse(self, request: Request, pk: str) -> Response:
        """Undo by counter-entry; the order is ready again."""
        settlement = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        services.reverse(settlement, by=request.user, reason=serializer.validated_data["reason"])
        return Response(SettlementSerializer(settlement).data)


class PaymentViewSet(
    IdempotentMixin,
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Payments of the reader's stores. Creating one takes money on a settlement."""

    permission_classes = (RolePermission,)
    perms = {"list": "delivery.see", "retrieve": "delivery.see", "create": "delivery.take_payment"}
    serializer_class = PaymentSerializer
    filterset_fields = ("method", "account")
    queryset = Payment.objects.none()

    def get_queryset(self) -> QuerySet[Payment]:
        return Payment.objects.visible_to(self.request.user)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        settlement = get_object_or_404(Settlement.objects.visible_to(request.user), pk=data["settlement"].pk)
        payment = services.pay(
            settlement, data["method"], data["amount"], by=request.user, reference=data.get("reference", "")
        )
        return Response(PaymentSerializer(payment).data, status=status.HTTP_201_CREATED)
