"""The WebSockets: they only bring news, each viewer what they may see."""
