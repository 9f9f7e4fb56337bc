from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualityConfig(AppConfig):
    """Checklists, inspections, rework, wash."""

    name = "apps.quality"
    label = "quality"
    verbose_name = _("Quality")

    def ready(self) -> None:
        from apps.quality import menu

        menu.register()
