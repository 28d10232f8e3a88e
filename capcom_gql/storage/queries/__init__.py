"""Queries over many rows: keyset pages, filters and orders, states in SQL, the backlog of the workers."""
