from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Events and history, tasks, notices, files, links, search keys, clock, calendar."""

    name = "apps.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from apps.desk import menu

        menu.register()
