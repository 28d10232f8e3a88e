"""The outbox: deliveries of letters and of events to webhook endpoints, leased, rendered and sent at least once."""
