"""The project's own PostgreSQL and Redis, run from their wheels when no other is named."""
