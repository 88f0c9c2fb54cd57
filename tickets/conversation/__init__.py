"""What is read of a conversation: pages of it, its brief, how a hand-over begins, what was asked before."""
