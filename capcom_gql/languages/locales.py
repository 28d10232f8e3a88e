"""Which languages there are: the folders beside this file, found by themselves."""

from functools import cache
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent
LANGUAGE_FILE = "language.toml"
"""What makes a folder a language."""


def _found() -> tuple[str, ...]:
    codes = {folder.parent.name for folder in HERE.glob(f"*/{LANGUAGE_FILE}")}
    # the language of those of whom nothing is known comes first in every list
    return tuple(sorted(codes, key=lambda code: (code != "fr", code)))


_CODES = _found()


class Locale(str):
    """The code of a language of the service: the name of its folder, two letters of ISO 639-1.

    Raises ValueError for what is none of them.
    """

    __slots__ = ()

    def __new__(cls, code: str) -> Self:
        if code not in _CODES:
            raise ValueError(f"{code!r} is not a language of the service; there are {', '.join(_CODES)}")
        return super().__new__(cls, code)

    @property
    def folder(self) -> Path:
        """Where its catalogues and letters are."""
        return HERE / self


LOCALES = tuple(map(Locale, _CODES))
"""Every language of the service, the default one first."""
CODES = " or ".join(LOCALES)
"""The same, as descriptions name them: fr or en."""

FRENCH = DEFAULT = Locale("fr")
"""The language of people of whom nothing is known."""
ENGLISH = Locale("en")
"""The language of operators, of programs and of the documentation."""


@cache
def _by_code() -> dict[str, Locale]:
    return {str(locale): locale for locale in LOCALES}


def locale_of(tag: str | None) -> Locale | None:
    """The language of a tag such as fr, fr-CA or EN-gb; None where it is none of ours."""
    return _by_code().get((tag or "").strip().replace("_", "-").split("-")[0].lower())
