"""API noun: messages."""

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from apps.accounts.access import RolePermission
from apps.messaging.models import Message


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
            "attempts",
        ]


class MessageViewSet(viewsets.ReadOnlyModelViewSet):
    """Messages of the reader's stores; filter by ``state``, ``kind``, ``subject``."""

    permission_classes = (RolePermission,)
    perms = {"*": "messaging.see"}
    serializer_class = MessageSerializer
    filterset_fields = ("state", "kind", "subject")
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return Message.objects.visible_to(self.request.user)
