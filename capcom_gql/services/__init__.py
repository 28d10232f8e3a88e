"""Commands, one file each, named as in the API: what a client can ask for that changes facts.

A command opens one transaction, locks the subscription, records the steps that are due on it, checks the rules, and
writes facts, event and letters together; or it raises a `Refusal` and changes nothing. No command
calls another.
"""
