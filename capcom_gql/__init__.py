"""Capcom GQL: collective subscriptions served over GraphQL."""

__version__ = "0.1.0"
