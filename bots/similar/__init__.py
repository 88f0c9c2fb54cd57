"""Similar conversations: those in which customers wanted nearly the same, and what solved them."""
