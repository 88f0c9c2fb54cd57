"""Escalation rules: the one engine that decides when a person is needed, and says why."""
