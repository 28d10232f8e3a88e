"""What letters are about in these tests, the facts of the samples in French, and how their HTML is read."""

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import chain, combinations, product

from capcom_gql.languages.locales import LOCALES
from capcom_gql.notifiers.rendering import Rendered, render
from capcom_gql.notifiers.samples import base_context
from capcom_gql.notifiers.topics import TOPICS

CONTEXT = base_context("fr")
LETTERS = [(topic, locale) for topic in TOPICS for locale in LOCALES]
LINK, RENEW_URL, SURVEY_URL = (str(CONTEXT[key]) for key in ("link", "renew_url", "survey_url"))

VOID = frozenset({"meta", "hr", "br", "img", "link"})
ASIDE = frozenset({"preheader", "brand", "button-words", "instead"})
"""Classes of what the HTML says besides its text."""


class Page(HTMLParser):
    """Reads a page as a mail program would: its text, its links, and whether every element is closed.

    What only the HTML says is apart from the text: its name on top, what lists of mails show, a button's words.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.aside: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.layout_tables: list[bool] = []
        self.lang: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            classes = (given.get("class") or "").split()
            self.open.append(next((each for each in classes if each in ASIDE), tag))
        if tag == "html":
            self.lang = given["lang"]
        if tag == "table":
            self.layout_tables.append(given.get("role") == "presentation")
        for name, value in attrs:
            assert not name.startswith("on"), f"a script in {tag}"
            if name in {"href", "src"} and value is not None:
                self.links.append(value)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop()
        assert opened == tag or opened in ASIDE

    def handle_data(self, data: str) -> None:
        aside = next((each for each in self.open if each in ASIDE), None)
        if aside is not None:
            self.aside.setdefault(aside, []).append(data)
        elif not {"title", "style"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(letter: Rendered) -> Page:
    assert letter.html is not None
    return Page(letter.html)


def words_of(text: str) -> str:
    """A text on one line with plain spaces, to look for sentences in whatever their wrapping."""
    return " ".join(text.split())


def said(topic: str, locale: str, **told: object) -> str:
    """Subject and text, on one line, of the letter about CONTEXT but for what is `told` here."""
    letter = render(topic, locale, {**CONTEXT, **told})
    return words_of(f"{letter.subject} | {letter.text}")


CHOICES: dict[str, tuple[object, ...]] = {
    "is_manager": (True, False),
    "is_over": (True, False),
    "is_old": (True, False),
    "is_done": (True, False),
    "reason": ("UNPAID", "WITHDRAWN", "BY_STAFF"),
    "reminder_number": (1, 2, 3),
    "days_left": (0, 1, 7),
}


def told(topic: str) -> Iterator[dict[str, object]]:
    """Everything that a letter may be told: each choice, with and without each key that may lack."""
    chosen = [key for key in CHOICES if key in TOPICS[topic].required]
    lacking = sorted(TOPICS[topic].nullable)
    subsets = [*chain.from_iterable(combinations(lacking, size) for size in range(len(lacking) + 1))]
    for values in product(*(CHOICES[key] for key in chosen)):
        choice = dict(zip(chosen, values, strict=True))
        for without in subsets:
            # the new address is sent a link, or told that all is done
            if topic != "email_change" or not without or choice["is_old"] or choice["is_done"]:
                yield {**CONTEXT, **choice, **dict.fromkeys(without)}
