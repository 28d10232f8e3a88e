"""Checks of subscriber numbers for event systems and services; they read and never write."""
