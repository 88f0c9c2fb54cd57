"""What DNS says of the domain that a mailbox writes from: whether its mail is believed to be its own."""
