"""Service levels: which policy applies, how its clocks go, and what they say of themselves."""
