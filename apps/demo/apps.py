from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """A living store, made by the verbs that people use."""

    name = "apps.demo"
    label = "demo"
    verbose_name = _("Demo")
