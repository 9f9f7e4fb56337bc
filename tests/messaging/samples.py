"""Rows of the cast's store for each address of this room."""

from apps.core import clock
from apps.messaging.models import Message
from tests.appointments.factories import make_customer


def samples(cast) -> dict[str, dict]:
    message = Message.plan("sample", about=cast.advisor, key="sample", phone="+8613812345678", at=clock.now())
    customer = make_customer(cast.store)
    return {
        "messaging:customer": {"pk": customer.pk},
        "messaging:resolve": {"pk": message.pk},
        "api:message-detail": {"pk": message.pk},
    }
