"""What the import of a table of subscribers is made of, in this order: its columns, lines, cells, organisations."""
