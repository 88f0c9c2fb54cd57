"""Measuring the assistant on question sets and labelled texts, apart from the live data."""
