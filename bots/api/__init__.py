"""The assistant for programs: what it would answer, and why. Nothing is stored and nobody is told."""
