from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """The legacy importer: reads an old system's export and writes through the customers room's verbs."""

    name = "apps.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from apps.imports import menu

        menu.register()
