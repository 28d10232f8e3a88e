"""The types that the API answers with, one file per noun; the three that refer to each other are in one."""
