"""Carries notifications out of the workspace: to the browsers and mailboxes of agents."""
