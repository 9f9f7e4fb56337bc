from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CapacityConfig(AppConfig):
    """Bays, technicians, reception windows, hours, and the reservations that fill them."""

    name = "apps.capacity"
    label = "capacity"
    verbose_name = _("Capacity")

    def ready(self) -> None:
        from apps.capacity import menu

        menu.register()
