"""Who gets the next conversation of a queue: who is here with room for it, and whose turn it is."""
