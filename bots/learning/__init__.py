"""What the assistant learns from its conversations: gaps, wrong answers, new wordings."""
