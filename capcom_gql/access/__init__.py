"""Authentication and authorization: accounts, passwords, sessions, API keys, rights, rate limits, idempotency."""
