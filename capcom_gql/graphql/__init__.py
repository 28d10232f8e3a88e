"""The GraphQL API: types, queries and mutations. A mutation passes its input to one command and returns its result.

Nothing here decides a rule. The rights of `domain.rights` are put before every field in one place (`authorization`).
"""
