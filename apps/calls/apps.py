from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    """One engine for every call to a customer."""

    name = "apps.calls"
    label = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        from apps.calls import menu

        menu.register()
