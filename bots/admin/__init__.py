"""The assistant in the admin: its settings, and the pages on which one looks into its head."""

from bots.admin import detectors, learning, settings, tasks

__all__ = ["detectors", "learning", "settings", "tasks"]
