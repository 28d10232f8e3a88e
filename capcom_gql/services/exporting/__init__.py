"""Exports of subscribers, redemptions and deliveries as rows for a spreadsheet."""
