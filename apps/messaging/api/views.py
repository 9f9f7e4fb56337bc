"""API noun: messages."""

from typing import ClassVar

from django.core.exceptions import ValidationError as FieldError
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.access import RolePermission
from apps.core import phones
from apps.messaging.models import Message, Reply
from apps.messaging.replies import hear


class MessageSerializer(serializers.ModelSerializer):
    """A message as the outbox shows it; the phone is masked."""

    phone = serializers.CharField(source="masked_phone", read_only=True)

    class Meta:
        model = Message
        fields = [
            "id",
            "kind",
            "subject",
            "phone",
            "state",
            "reason",
            "text",
            "planned_at",
            "sent_at",
            "delivery",
            "attempts",
        ]


class ReplyInSerializer(serializers.Serializer):
    """A reply as the gateway has it; ``reference`` is its own id of it."""

    phone = serializers.CharField(max_length=30)
    text = serializers.CharField(max_length=500)
    reference = serializers.CharField(max_length=80)

    def validate_phone(self, value: str) -> str:
        """E.164, read as people type it."""
        try:
            return phones.normalise(value)
        except FieldError as error:
            raise serializers.ValidationError(error.messages) from error


class ReplySerializer(serializers.ModelSerializer):
    """What came of it."""

    class Meta:
        model = Reply
        fields = ["reference", "outcome", "done", "received_at"]


class MessageViewSet(viewsets.ReadOnlyModelViewSet):
    """Messages of the reader's stores; filter by ``state``, ``kind``, ``subject``."""

    permission_classes = (RolePermission,)
    perms: ClassVar = {"replies": "messaging.take_in", "*": "messaging.see"}
    serializer_class = MessageSerializer
    filterset_fields = ("state", "kind", "subject")
    queryset = Message.objects.none()

    @extend_schema(request=ReplyInSerializer, responses=ReplySerializer)
    @action(detail=False, methods=["post"])
    def replies(self, request: Request) -> Response:
        """POST /messages/replies from the gateway; the same reference again changes nothing."""
        if request.user.store is None:
            raise Http404
        serializer = ReplyInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        reply, is_new = hear(store=request.user.store, by=request.user, **serializer.validated_data)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ReplySerializer(reply).data, status=code)

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.request.user)
