"""The rules of the service (R1 to R24, docs/rules.md) as pure functions of values.

Nothing here reads a clock, a setting, a database or a network: the present day or instant is always an argument. Each
rule is written once.
"""
