"""The rules of the service (R1 to R24): values in, values out.

Nothing here reads a clock, a setting, a database or a network; today is always an argument.
Each rule stands once, in the file its noun names.
"""
