"""Conversations in bulk, seeded and believable, to measure with: `manage.py make_load`.

They are written straight into the tables, so no action runs, nothing follows and nobody is told; the
rows are as the actions would have left them.
"""
