from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Outgoing messages: outbox, channels, quiet hours."""

    name = "apps.messaging"
    label = "messaging"
    verbose_name = _("Messages to customers")

    def ready(self) -> None:
        from apps.messaging import menu

        menu.register()
