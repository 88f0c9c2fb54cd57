"""How mails are read."""
