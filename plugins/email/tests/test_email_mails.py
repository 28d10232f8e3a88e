"""What arrives: mails read back with the standard library, whatever the subject, the name and the text."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from capcom_gql.plugin import Permanent
from capcom_notify_email import Email
from capcom_notify_email.addresses import MailAddress
from capcom_notify_email.headers import mailbox_field, text_field
from capcom_notify_email.mail import build_mail

from .email_fixtures import Opening, a_build, a_ca_file, a_channel, a_trust, an_authority, an_office, an_opening  # noqa: F401  found by pytest under their names
from .letters import HTML, SUBJECT, TEXT, letter
from .post_office import PostOffice

SENDER = MailAddress("bonjour@reseau.example", "Cap'Com Plus")
UNSUBSCRIBE = "https://capcom.example/unsubscribe?token=" + "aB3-_" * 20
WRITTEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"), min_size=1)

ANYTHING = st.text(st.characters(exclude_categories=["Cs"]))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


async def test_a_letter_arrives_as_a_standard_mail(channel: Email, office: PostOffice) -> None:
    sent = await channel.send(letter())
    (arrived,) = office.arrived
    assert sent.provider_id == "Q1"
    assert (arrived.sender, arrived.recipients) == ("bonjour@reseau.example", ["zoe@ville.example"])
    mail = arrived.mail
    assert [each.defects for each in mail.walk()] == [[], [], []]
    assert mail["Subject"] == SUBJECT
    assert str(mail["To"]) == "zoe@ville.example"
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Cap'Com Plus", "bonjour@reseau.example")
    assert mail["Reply-To"].addresses[0].addr_spec == "support@capcom.example"
    assert mail["Message-ID"] == "<delivery_01jx@reseau.example>"
    assert mail["Date"].datetime == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "fr"
    assert mail["X-Capcom-Topic"] == "welcome"
    assert mail["MIME-Version"] == "1.0"
    assert mail["List-Unsubscribe"] is mail["List-Unsubscribe-Post"] is None
    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain") == TEXT
    assert part(mail, "html") == HTML
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118  a mail's keys repeat, and a set would hide it
    assert len(names) == len(set(names))


async def test_every_server_passes_it_on_unchanged(channel: Email, office: PostOffice) -> None:
    await channel.send(letter(text="x" * 3000 + "\n", html="<p>" + "é" * 3000 + "</p>"))
    raw = office.arrived[0].raw
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert part(office.arrived[0].mail, "plain") == "x" * 3000 + "\n"


async def test_a_letter_without_html(channel: Email, office: PostOffice) -> None:
    await channel.send(letter(html=None))
    mail = office.arrived[0].mail
    assert mail.get_content_type() == "text/plain"
    assert part(mail, "plain").rstrip("\n") == TEXT.rstrip("\n")


async def test_a_plain_text_stays_readable_as_it_is(channel: Email, office: PostOffice) -> None:
    text = "Hello,\r\n.\n..\nFrom here on\rhttps://x.example/?token=a=b\n"
    await channel.send(letter(text=text))
    assert b"\r\nhttps://x.example/?token=a=b\r\n" in office.arrived[0].raw
    assert part(office.arrived[0].mail, "plain") == text.replace("\r\n", "\n").replace("\r", "\n")


async def test_every_attempt_is_the_same_mail(channel: Email, office: PostOffice) -> None:
    await channel.send(letter())
    await channel.send(letter(attempt=2))
    await channel.send(letter("delivery_02"))
    first, second, other = (arrived.raw for arrived in office.arrived)
    assert first == second
    assert read(other)["Message-ID"] == "<delivery_02@reseau.example>"


@pytest.mark.parametrize("identifier", ["../../<x>@y\r\nBcc: all@x.example", "é" * 3, "x" * 500, "a b"])
def test_an_id_is_never_more_than_an_id(identifier: str) -> None:
    found = str(read(build_mail(letter(identifier), SENDER, None).content)["Message-ID"])
    assert re.fullmatch(r"<[\w.%-]{1,128}@reseau\.example>", found, re.ASCII)


async def test_a_letter_that_can_be_refused_says_how(channel: Email, office: PostOffice) -> None:
    await channel.send(letter(topic="survey", unsubscribe_url=UNSUBSCRIBE))
    raw, mail = office.arrived[0].raw, office.arrived[0].mail
    # as it stands, on one line: some programs neither unfold nor decode it
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert mail.defects == []


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "Hello\r\nBcc: all@x.example"},
        {"subject": "Hello\nBcc: all@x.example"},
        {"subject": "Hello\x00"},
        {"subject": "Hello\u2028Bcc: all@x.example"},
        {"address": "zoe@ville.example\r\nBcc: all@x.example"},
        {"unsubscribe_url": "https://x.example/\r\nBcc: all@x.example"},
        {"unsubscribe_url": "https://x.example/>, <mailto:all@x.example"},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_url": "https://x.example/?" + "x" * 1000},
    ],
)
async def test_a_header_cannot_be_slipped_in(channel: Email, office: PostOffice, change: dict[str, str]) -> None:
    with pytest.raises(Permanent):
        await channel.send(letter(**change))
    assert office.arrived == []


@pytest.mark.parametrize("change", [{"topic": "a\r\nBcc: b"}, {"locale": "fr\r\nBcc: b"}])
def test_nor_by_a_topic_or_a_language(change: dict[str, str]) -> None:
    mail = read(build_mail(letter(**change), SENDER, None).content)
    assert mail["Bcc"] is None and mail.defects == []


async def test_names_of_the_sender(office: PostOffice, opened: Opening) -> None:
    for name in ("Réseau, Cap'Com", 'Le "réseau"', "Communication (publique)", "日本", '"Réseau" et associés'):
        await opened(office, sender=f"{name} <bonjour@reseau.example>", reply_to="Aide <aide@reseau.example>").send(
            letter()
        )
        mail = office.arrived[-1].mail
        assert mail["From"].defects == ()
        (sender,) = mail["From"].addresses
        assert (sender.display_name, sender.addr_spec) == (name, "bonjour@reseau.example")
        assert str(mail["Reply-To"]) == "Aide <aide@reseau.example>"


async def test_a_sender_without_a_name_and_answers_to_the_sender(office: PostOffice, opened: Opening) -> None:
    await opened(office, sender="support@Capcom.Example").send(letter())
    mail = office.arrived[0].mail
    assert str(mail["From"]) == "Cap'Com Plus <support@capcom.example>"
    assert mail["Reply-To"] is None
    assert str(mail["Message-ID"]).endswith("@capcom.example>")


@settings(max_examples=150)
@given(WRITTEN)
@example("é" * 200)
@example("=?utf-8?q?no?=")
@example("word " * 40 + "end")
@example("a  b")
@example(" a")
@example("x" * 200)
@example("🎉" * 50)
def test_any_subject_is_read_as_it_was_written(subject: str) -> None:
    field = text_field("Subject", subject)
    assert field.isascii() and field.endswith(b"\r\n")
    lines = field.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert all(len(line) <= 76 for line in lines if b"=?utf-8" in line)
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    found = read(field + b"\r\n")["Subject"]
    assert found.defects == ()
    assert str(found) == subject


@settings(max_examples=150)
@given(WRITTEN)
@example('a "b" \\ c')
@example("Élodie, de la Ville")
@example("x" * 100)
def test_any_name_is_read_as_it_was_written(name: str) -> None:
    field = mailbox_field("From", MailAddress("bonjour@reseau.example", name.strip()))
    assert field.isascii() and max(map(len, field.split(b"\r\n"))) <= 78
    # not by the library's newer reader, which puts a space between two encoded words of a name
    found, address = parseaddr(field.decode().removeprefix("From:").replace("\r\n", ""))
    assert (str(make_header(decode_header(found))), address) == (name.strip(), "bonjour@reseau.example")


@settings(max_examples=150)
@given(ANYTHING, ANYTHING)
@example("a\n.\n", "=\n")
@example("trailing \t\n \n", "é ")
@example("a\rb\r\n\rc", "\x00")
def test_any_text_is_read_as_it_was_written(text: str, html: str) -> None:
    mail = read(build_mail(letter(text=text, html=html), SENDER, None).content)
    assert [each.defects for each in mail.walk()] == [[], [], []]
    plain, rich = mail.iter_parts()
    for found, wanted in ((plain, text), (rich, html)):
        octets = found.get_payload(decode=True)
        assert isinstance(octets, bytes)
        assert octets.decode() == re.sub("\r\n|\r|\n", "\r\n", wanted)


def test_what_is_mostly_not_latin_takes_the_shorter_encoding() -> None:
    mail = read(build_mail(letter(text="日本語" * 100), SENDER, None).content)
    plain, _ = mail.iter_parts()
    assert plain["Content-Transfer-Encoding"] == "base64"
    assert str(plain.get_content()).rstrip("\n") == "日本語" * 100
