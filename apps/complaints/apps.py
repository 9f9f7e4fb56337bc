from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Complaints with a clock."""

    name = "apps.complaints"
    label = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from apps.complaints import menu

        menu.register()
