"""Measuring the assistant: what it finds, how well it knows it, what it understands."""
