"""The database engines: opening, migrating, transactions and plain SQL on SQLite and PostgreSQL, column types."""
