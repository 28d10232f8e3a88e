"""Deeds, one file each, named with the client's verb: load, ask the rules, record, post letters.

A deed opens one transaction, locks the subscription, records what is already due on it, asks the rules and writes
facts, event and letters together; or raises a `Refusal` and writes nothing. Deeds never call one another.
"""
