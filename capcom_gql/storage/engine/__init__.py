"""The database underneath: open, migrate, one transaction per command, SQLite and PostgreSQL, columns of our own."""
