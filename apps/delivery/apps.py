from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Settlement, gate pass, hand-back."""

    name = "apps.delivery"
    label = "delivery"
    verbose_name = _("Delivery")

    def ready(self) -> None:
        from apps.delivery import menu

        menu.register()
