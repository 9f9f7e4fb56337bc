from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HandoverConfig(AppConfig):
    """New-car handover, from N-1 to N+15."""

    name = "apps.handover"
    label = "handover"
    verbose_name = _("Handover")

    def ready(self) -> None:
        from apps.handover import menu

        menu.register()
