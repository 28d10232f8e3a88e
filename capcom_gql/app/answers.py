"""What the addresses for operators have in common."""

NOT_STORED = {"Cache-Control": "no-store"}
NO_ANSWER = "the database does not answer"
