from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """The legacy importer: reads an old system's export and writes through the customers room's verbs."""

    name = "apps.imports"
    label = "imports"
