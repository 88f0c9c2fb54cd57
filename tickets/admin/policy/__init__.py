"""How the helpdesk is set up: its settings, teams and opening hours."""
