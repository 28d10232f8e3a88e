"""Who may come in and what they may do: authentication, permissions, sessions, limits, idempotency."""
