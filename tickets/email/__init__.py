"""Mail: what goes out."""
