"""API noun: complaints."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.complaints.models import Complaint
from apps.complaints.services import owner_for
from apps.customers.models import Customer, Vehicle
from apps.desk.once import IdempotentMixin


class ComplaintSerializer(serializers.ModelSerializer):
    """A complaint with its clock."""

    percent_used = serializers.IntegerField(source="clock.percent", read_only=True)

    class Meta:
        model = Complaint
        fields = [
            "id", "number", "customer", "vehicle", "words", "cause", "wished_solution", "motive", "fault",
            "is_sensitive", "owner", "status", "opened_at", "due_at", "percent_used", "answered_at", "answer",
            "closed_at", "customer_word", "prevention",
        ]  # fmt: skip
        read_only_fields = [
            "number", "owner", "status", "opened_at", "due_at", "answered_at", "answer", "closed_at",
            "customer_word", "prevention",
        ]  # fmt: skip


class AnswerSerializer(serializers.Serializer):
    """What was agreed."""

    answer = serializers.CharField(max_length=5000)


class ClosingSerializer(serializers.Serializer):
    """The customer's word and the prevention."""

    customer_word = serializers.ChoiceField(choices=Complaint.Word.choices)
    prevention = serializers.CharField(max_length=300)


class ComplaintViewSet(
    IdempotentMixin,
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Complaints of the reader's stores; sensitive ones only for managers and their owner."""

    permission_classes = (RolePermission,)
    perms = {
        "list": "complaints.see",
        "retrieve": "complaints.see",
        "create": "complaints.take",
        "answer": "complaints.handle",
        "close": "complaints.handle",
    }
    serializer_class = ComplaintSerializer
    filterset_fields = ("status", "cause", "owner", "customer", "vehicle")
    queryset = Complaint.objects.none()

    def get_queryset(self) -> QuerySet[Complaint]:
        return Complaint.objects.visible_to(self.request.user)

    def perform_create(self, serializer: Any) -> None:
        user, data = self.request.user, dict(serializer.validated_data)
        customer = get_object_or_404(Customer.objects.visible_to(user), pk=data.pop("customer").pk)
        if vehicle := data.pop("vehicle", None):
            vehicle = get_object_or_404(Vehicle.objects.visible_to(user), pk=vehicle.pk)
        owner = owner_for(user.store, data["cause"], is_sensitive=data.get("is_sensitive", False))
        serializer.instance = Complaint.take(
            store=user.store, by=user, owner=owner, customer=customer, vehicle=vehicle, **data
        )

    @action(detail=True, methods=["post"], serializer_class=AnswerSerializer)
    def answer(self, request: Request, pk: str) -> Response:
        """Stop the clock: the customer has our answer."""
        return self._verb(lambda complaint, data: complaint.give_answer(data["answer"], by=request.user))

    @action(detail=True, methods=["post"], serializer_class=ClosingSerializer)
    def close(self, request: Request, pk: str) -> Response:
        """Close with the customer's word."""
        return self._verb(
            lambda complaint, data: complaint.close(
                word=data["customer_word"], prevention=data["prevention"], by=request.user
            )
        )

    def _verb(self, verb: Any) -> Response:
        complaint = self.get_object()
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        verb(complaint, serializer.validated_data)
        body = ComplaintSerializer(complaint, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_200_OK)
