"""The co-pilot: what helps an agent to answer. Nothing of it reaches a customer unless an agent sends it."""
