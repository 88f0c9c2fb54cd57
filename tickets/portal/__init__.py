"""What customers see: the portal's home, their conversations, their account."""
