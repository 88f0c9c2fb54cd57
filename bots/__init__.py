"""The assistant: it understands a message, answers from articles, or asks for a person."""
