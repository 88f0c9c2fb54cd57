"""The project: settings, routes, processes and the embedded services."""

import os

# Read by NumPy when it is imported. The matrices of a turn are small: of several threads that share one
# each waits for the others by spinning, and a message took five times the processor's time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
