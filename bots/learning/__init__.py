"""What the assistant learns from: what it could not answer, what was wrong, what was corrected."""
