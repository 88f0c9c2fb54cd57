"""What a desk promises: opening hours, the queue and its wait, and the words in which it is said."""
