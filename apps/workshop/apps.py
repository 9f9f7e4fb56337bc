from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkshopConfig(AppConfig):
    """Dispatch, jobs and clockings."""

    name = "apps.workshop"
    label = "workshop"
    verbose_name = _("Workshop")

    def ready(self) -> None:
        from apps.workshop import menu

        menu.register()
