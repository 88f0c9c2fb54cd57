"""Lists of tickets: pages that seek, and what has changed since."""
