"""The demo: an invented company, and the runner that brings everything up on one machine."""
