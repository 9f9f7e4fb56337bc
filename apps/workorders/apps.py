from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkordersConfig(AppConfig):
    """Orders, lines, frozen versions, consent."""

    name = "apps.workorders"
    label = "workorders"
    verbose_name = _("Work orders")

    def ready(self) -> None:
        from apps.workorders import menu

        menu.register()
