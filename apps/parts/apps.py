from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartsConfig(AppConfig):
    """Stock, reservations, movements."""

    name = "apps.parts"
    label = "parts"
    verbose_name = _("Parts")

    def ready(self) -> None:
        from apps.parts import menu

        menu.register()
