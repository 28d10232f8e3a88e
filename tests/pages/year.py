"""Towns that live through their year on a server of their own: its clock is moved, its mail is read."""

import email.policy
import json
import re
import sqlite3
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.patience import LONG, until
from tests.processes import capcom

PASSWORD = "quatre chevaux sous la pluie"
"""A letter is due at once, the server's own worker sends it: this long at most, in real time."""

SUBSCRIBE = """mutation ($input: SubscribeInput!) {
  subscribe(input: $input) { subscription { id } errors { code message } }
}"""
CHOOSE = "mutation ($input: ChoosePasswordInput!) { choosePassword(input: $input) { accessToken errors { message } } }"
PROVE = """mutation ($input: RecordPaymentProofInput!) {
  recordPaymentProof(input: $input) { errors { code message } }
}"""
STANDING = """query ($id: ID!) { node(id: $id) { ... on OrganisationSubscription {
  state
  organisation { name }
  currentTerm { id startsOn endsOn proofDueOn }
  upcomingTerm { startsOn endsOn plan { code } termsVersion }
  renewal { isOpen noticeOn declinedAt declineReason }
  seats { id isManager person { email } survey { answeredAt } }
} } }"""


@dataclass(frozen=True)
class Town:
    """A subscription of two users, both with PASSWORD: who manages it, and who does not."""

    subscription: str
    manager: str
    user: str


@dataclass(frozen=True)
class Year:
    """A running server and the words of its stories. `url` has no slash at its end."""

    url: str
    env: dict[str, str]
    data_dir: Path
    staff: str

    @property
    def mailbox(self) -> Path:
        """The folder of .eml files."""
        return self.data_dir / "mailbox"

    def ask(self, query: str, variables: dict[str, Any] | None = None, token: str | None = None) -> Any:
        """The data of an answer that has no error."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/graphql", body, headers)) as answer:
            said = json.load(answer)
        assert "errors" not in said, said
        return said["data"]

    def do(self, query: str, form: object, token: str | None = None) -> Any:
        """The payload of one mutation that is not refused."""
        (payload,) = self.ask(query, {"input": form}, token).values()
        assert payload["errors"] == [], payload
        return payload

    def status(self, subscription: str) -> Any:
        """Where a subscription stands, as staff read it."""
        return self.ask(STANDING, {"id": subscription}, self.staff)["node"]

    def terms(self) -> Any:
        """The version in force of the terms of use, and where their text is."""
        return self.ask("{ termsOfUse { version url } }")["termsOfUse"]

    def publish_terms(self) -> str:
        """A new version of the terms of use, in force at once, as its row; gives the version."""
        version = str(int(self.terms()["version"]) + 1)
        with closing(sqlite3.connect(self.data_dir / "capcom.sqlite3", timeout=LONG)) as database, database:
            database.execute(
                "INSERT INTO termsofuse (id, version, url, published_at) "
                "SELECT 'tou_' || ?1, ?1, url, (SELECT MAX(published_at) FROM termsofuse) FROM termsofuse LIMIT 1",
                (version,),
            )
        return version

    def subscribe(self, name: str, *, pays: bool = True) -> Town:
        """A new town on the plan EQUIPE, whose users have chosen PASSWORD; its proof is recorded unless said not to."""
        manager, user = f"ana@{name}.example", f"marc@{name}.example"
        form = {
            "organisation": {"name": f"Ville de {name.title()}", "addressLines": [], "postalCode": "26110"},
            "planCode": "EQUIPE",
            "users": [
                {"email": manager, "givenName": "Ana", "familyName": "Silva", "locale": "en"},
                {"email": user, "givenName": "Marc", "familyName": "Roux", "locale": "en"},
            ],
            "managerEmail": manager,
            "signer": {"email": manager, "givenName": "Ana", "familyName": "Silva"},
            "acceptedTermsVersion": self.terms()["version"],
            "idempotencyKey": f"subscribe-{name}",
        }
        subscription = self.do(SUBSCRIBE, form)["subscription"]["id"]
        for address in (manager, user):
            self._use(self.link_to(address, "/choose-password?"))
        if pays:
            self.pay(subscription)
        return Town(subscription, manager, user)

    def add_staff(self, address: str) -> None:
        """A staff account of that address, with PASSWORD."""
        self._use(capcom("staff", "add", address, env=self.env))

    def pay(self, subscription: str) -> None:
        """Record the proof that is awaited, on the day its term was opened."""
        first_day = self.status(subscription)["currentTerm"]["startsOn"]
        proof = {"kind": "PURCHASE_ORDER", "reference": "BC-1", "receivedOn": first_day}
        self.do(PROVE, {"subscriptionId": subscription, **proof, "idempotencyKey": f"pay-{subscription}"}, self.staff)

    def set_clock(self, day: str) -> None:
        """Noon of that day, for the server too."""
        capcom("clock", "set", day, env=self.env)

    def advance(self, duration: str) -> None:
        """Later by that duration, such as 1d, for the server too."""
        capcom("clock", "advance", duration, env=self.env)

    def letter_to(self, address: str, containing: str) -> str:
        """The name of the newest mail to that address with these characters in its text, once it is there."""
        found: list[str] = []

        def look() -> bool:
            found[:] = [name for name, mail in self._mails() if mail["To"] == address and containing in _text(mail)]
            return bool(found)

        until(look, f"a mail to {address} with {containing!r}")
        return found[-1]

    def link_to(self, address: str, containing: str) -> str:
        """The newest link with these characters that was mailed to that address."""
        name = self.letter_to(address, containing)
        links = re.findall(r"https?://\S+", _text(_read(self.mailbox / name)))
        return str(next(link for link in links if containing in link))

    def _use(self, link: str) -> None:
        self.do(CHOOSE, {"token": link.partition("token=")[2].split()[0], "password": PASSWORD})

    def _mails(self) -> list[tuple[str, EmailMessage]]:
        return [(file.name, _read(file)) for file in sorted(self.mailbox.glob("*.eml"))]


def _read(file: Path) -> EmailMessage:
    mail = message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
