"""The locked aggregate: one subscription with its terms and seats, and what the calendar records on it."""
