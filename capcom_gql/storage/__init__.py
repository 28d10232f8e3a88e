"""Rows: the tables, the database, and what is recorded in it. A row gives its facts as a domain value."""
