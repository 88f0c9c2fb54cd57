"""The system of record: people, tickets, messages, events, and every screen on them."""
