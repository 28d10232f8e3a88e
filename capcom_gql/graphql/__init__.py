"""Door 1: the API. Each field or mutation turns its input into one deed or one reading, and the result into an answer.

Nothing here decides a rule; who may read what is `domain.rights`, enforced in one place (`guard`).
"""
