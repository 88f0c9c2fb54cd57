"""What happens in tickets, told to programs: which events, in which words, in an order that is safe."""
