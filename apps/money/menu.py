"""What this room adds to the frame: the titles of its events."""

from django.utils.translation import gettext_lazy as _

from apps.desk.models.event import EVENT_TITLES


def register() -> None:
    """Called once, when Django is ready."""
    EVENT_TITLES.update(
        {
            "money.payment": _("Payment taken"),
            "money.refund": _("Money given back"),
            "money.reversed": _("Booking reversed"),
        }
    )
