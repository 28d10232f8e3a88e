"""The database: tables, queries, the event log, the product's clock. A row gives its facts as a domain value."""
