from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallbacksConfig(AppConfig):
    """After-sales call queues and forms, surveys, CSI scores."""

    name = "apps.callbacks"
    label = "callbacks"
    verbose_name = _("Callbacks")

    def ready(self) -> None:
        from apps.callbacks import menu

        menu.register()
