"""Rows of the cast's store for each address of this room."""

from apps.core import clock
from apps.messaging.models import Message


def samples(cast) -> dict[str, dict]:
    message = Message.plan("sample", about=cast.advisor, key="sample", phone="+8613812345678", at=clock.now())
    return {"messaging:resolve": {"pk": message.pk}, "api:message-detail": {"pk": message.pk}}
