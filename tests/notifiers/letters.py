"""What letters are about in these tests, one subscription of the town of Évreux, and how their HTML is read."""

from datetime import date
from html.parser import HTMLParser

from capcom_gql.notifiers.rendering import Rendered, render

RENEW_URL = "https://capcom.example/renew?subscription=sub_01jx"
SURVEY_URL = "https://capcom.example/survey?seat=sea_01jx&term=ter_01jx"
LINK = "https://capcom.example/choose-password?token=" + "aB3-_" * 9 + "&from=letter"

QUESTION = "Bonjour,\r\n\r\nle Forum m'a refusé la réduction.\nPourquoi ?"
REQUEST: dict[str, object] = {
    "id": "sup_01jx",
    "message": QUESTION,
    "opened_by": "Zoé N'Guyên",
    "email": "zoe@ville.example",
    "subscriber_number": "CP 4071 8823 9056 1227",
    "reason": "Ce numéro n'est plus valable.",
}

CONTEXT: dict[str, object] = {
    "person": {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example"},
    "organisation_name": "Ville d'Évreux",
    "plan_name": "Collectif",
    "subscriber_number": "CP 4071 8823 9056 1227",
    "is_manager": True,
    "is_over": False,
    "manager_name": "Ana Díaz",
    "proof_due_on": date(2026, 12, 9),
    "starts_on": date(2026, 11, 24),
    "ends_on": date(2027, 11, 23),
    "running_ends_on": date(2026, 11, 23),
    "cancelled_on": date(2026, 12, 10),
    "closes_on": date(2027, 12, 23),
    "reminder_number": 3,
    "days_left": 7,
    "reason": "UNPAID",
    "services": ["PUBLICATIONS", "DOCUMENTATION", "TRAINING"],
    "discounts": [
        {"event_kind": "TRAINING", "percent": 20, "amount": None},
        {"event_kind": "MEETING", "percent": None, "amount": "15,50 €"},
        {"event_kind": "FORUM", "percent": 10},
    ],
    "link": LINK,
    "link_hours": 72,
    "renew_url": RENEW_URL,
    "survey_url": SURVEY_URL,
    "new_email": "zoe.nguyen@agglo.example",
    "is_old": False,
    "is_done": False,
    "question": QUESTION,
    "answer": "Votre numéro était mal recopié.\n\nLe Forum vous rembourse 15,50 €.",
    "request": REQUEST,
    "login_url": "https://capcom.example/login",
    "support_email": "support@capcom.example",
    "notice": {
        "kind": "signup.refused",
        "organisation_name": "Ville d'Évreux",
        "subject_ids": ["org_01jx", "sub_01jx"],
    },
}

VOID = frozenset({"meta", "hr", "br", "img", "link"})


class Page(HTMLParser):
    """Reads a page as a mail program would: its text, its links, and whether every element is closed.

    The words of buttons are apart from the text: a button repeats a link that stands below it.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.buttons: list[str] = []
        self.links: list[str] = []
        self.lang: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append("button" if "inline-block" in (dict(attrs).get("style") or "") else tag)
        if tag == "html":
            self.lang = dict(attrs)["lang"]
        for name, value in attrs:
            assert not name.startswith("on"), f"a script in {tag}"
            if name in {"href", "src"} and value is not None:
                self.links.append(value)

    def handle_endtag(self, tag: str) -> None:
        opened = self.open.pop()
        assert opened == tag or (opened, tag) == ("button", "a")

    def handle_data(self, data: str) -> None:
        if "button" in self.open:
            self.buttons.append(data)
        elif "title" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


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
