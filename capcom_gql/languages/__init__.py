"""What people read, in the languages of the service: each language is one folder here (docs/languages.md).

The rules and the commands give keys and data; the sentences, the letters and the signs are in the folders.
"""
