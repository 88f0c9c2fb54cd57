"""What the API answers: tickets and their messages, articles, and its own description."""
