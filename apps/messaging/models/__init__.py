"""Messages to customers, and what they reply."""

from apps.messaging.models.message import MAX_ATTEMPTS, Message, MessageQuerySet
from apps.messaging.models.reply import Reply

__all__ = ["MAX_ATTEMPTS", "Message", "MessageQuerySet", "Reply"]
