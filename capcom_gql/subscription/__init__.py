"""What commands on a subscription share: locking it, the calendar's steps, terms, seats, proofs, cancellation."""
