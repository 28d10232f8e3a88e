"""The outbox: letters and webhook messages, leased, written and sent at least once, with their outcomes."""
