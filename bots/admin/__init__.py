"""The assistant in the admin: its settings, and the pages on which one looks into its head."""

from bots.admin import detectors, learning, scenarios, settings, tasks
from bots.admin.scenario_check import ScenarioCheck
from tickets.admin import going_live

going_live.add(ScenarioCheck())

__all__ = ["detectors", "learning", "scenarios", "settings", "tasks"]
