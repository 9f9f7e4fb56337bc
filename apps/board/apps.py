from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BoardConfig(AppConfig):
    """The boards of the house. Owns no rows."""

    name = "apps.board"
    label = "board"
    verbose_name = _("Boards")

    def ready(self) -> None:
        from apps.board import menu

        menu.register()
