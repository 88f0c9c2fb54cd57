"""Who is told of what: the recipients of an event, the names in a note, the words of it."""
