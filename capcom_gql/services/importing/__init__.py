"""The import of a table of subscribers: reading its columns, lines and cells, then importing each organisation."""
