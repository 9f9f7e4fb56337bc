"""Messages to customers, how they leave the house, and what comes back."""

from apps.messaging.models.gateway import Follower, Gateway
from apps.messaging.models.message import ASKED_AFTER, MAX_ATTEMPTS, Message, MessageQuerySet
from apps.messaging.models.receipt import Receipt
from apps.messaging.models.reply import Reply
from apps.messaging.models.template import MessageTemplate, TemplateApproval

__all__ = [
    "ASKED_AFTER",
    "MAX_ATTEMPTS",
    "Follower",
    "Gateway",
    "Message",
    "MessageQuerySet",
    "MessageTemplate",
    "Receipt",
    "Reply",
    "TemplateApproval",
]
