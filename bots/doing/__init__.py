"""What the assistant does for customers: tasks, as an admin lists them, one step with each message."""
