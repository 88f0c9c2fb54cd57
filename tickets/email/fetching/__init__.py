"""Mail is fetched from its servers: one connection for each mailbox, one mail after the other."""
