"""The project: settings, routes, processes and the embedded services."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
