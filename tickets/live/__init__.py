"""What is told at once, and to whom: nudges to open screens, and who is here now."""
