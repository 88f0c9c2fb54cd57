"""The demo company's shop: a program of its own that the helpdesk asks by signed calls."""
