from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceptionConfig(AppConfig):
    """Arrival, queue, walk-around, interview."""

    name = "apps.reception"
    label = "reception"
    verbose_name = _("Reception")

    def ready(self) -> None:
        from apps.reception import menu

        menu.register()
