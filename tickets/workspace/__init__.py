"""The agents' workspace: the inbox, one conversation with everything known about it, the acts."""
