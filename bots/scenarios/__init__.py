"""Scenarios are played and compared with what must come of them: as things are, and with a draft."""
