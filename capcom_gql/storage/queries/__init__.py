"""What is read from the tables in more than one line: keyset pages, states in SQL, what waits."""
