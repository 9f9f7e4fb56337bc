"""Pages of the outbox, and what providers call."""
