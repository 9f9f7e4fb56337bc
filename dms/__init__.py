"""The project package: settings, URLs, servers, Celery."""

from dms.celery import app as celery_app

__all__ = ["celery_app"]
