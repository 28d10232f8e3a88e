"""The access log without secrets: a one-time link's token is in the address of the page that it opens."""

import logging

PAGE = "/choose-password"
MASK = "?(masked)"


class MaskedQuery(logging.Filter):
    """Takes the query out of uvicorn's access records where it could let somebody in."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_masked(each) if isinstance(each, str) else each for each in record.args)
        return True


def _masked(text: str) -> str:
    path, separator, query = text.partition("?")
    if separator and (path.rstrip("/").lower().endswith(PAGE) or "token" in query.lower()):
        return path + MASK
    return text
