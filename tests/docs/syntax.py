"""Blocks of configuration and of charts, read as the programs that take them would read them."""

import configparser
import re

_UNIT = {"Unit", "Service", "Install"}
_NODE = r'\w+(?:\["[^"]+"\])?'
_CHARTS = {
    "flowchart TD": re.compile(rf"{_NODE} --> {_NODE}"),
    "stateDiagram-v2": re.compile(r"(?:\[\*\]|\w+) --> (?:\[\*\]|\w+)(?:: .+)?"),
}


class Unreadable(Exception):
    """A block that the program it is for would refuse."""


def check_ini(text: str) -> None:
    """A unit of systemd: its sections, and in each lines NAME=value. Raises Unreadable."""
    reader = configparser.RawConfigParser(strict=True, delimiters=("=",), comment_prefixes=("#",))
    try:
        reader.read_string(text)
    except configparser.Error as error:
        raise Unreadable(str(error)) from error
    if set(reader.sections()) != _UNIT:
        raise Unreadable(f"a unit has {sorted(_UNIT)}, not {reader.sections()}")


def check_nginx(text: str) -> None:
    """Directives that end with `;`, and blocks in braces that are closed. Raises Unreadable."""
    depth = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        opens, closes = line.endswith(" {"), line == "}"
        depth += opens - closes
        if depth < 0 or not (opens or closes or re.fullmatch(r"[a-z_]+ [^;{}]+;", line)):
            raise Unreadable(line)
    if depth:
        raise Unreadable("a block is not closed")


def check_mermaid(text: str) -> None:
    """A chart of a kind that pages use, one arrow a line. Raises Unreadable."""
    first, *lines = text.splitlines()
    arrow = _CHARTS.get(first)
    if arrow is None:
        raise Unreadable(f"{first} is none of {list(_CHARTS)}")
    if wrong := [line for line in lines if not arrow.fullmatch(line.strip())]:
        raise Unreadable(wrong[0])
