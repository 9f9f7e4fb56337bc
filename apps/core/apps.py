from django.apps import AppConfig


class CoreConfig(AppConfig):
    """No tables: errors, clock, value types, registries, base views."""

    name = "apps.core"
    label = "core"
