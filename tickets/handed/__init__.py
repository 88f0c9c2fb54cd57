"""Mail that a provider hands over: one address for each mailbox, with a secret (webhooks)."""
