from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MoneyConfig(AppConfig):
    """Accounts, the double-entry ledger, payments."""

    name = "apps.money"
    label = "money"
    verbose_name = _("Money ledger")

    def ready(self) -> None:
        from apps.money import menu

        menu.register()
