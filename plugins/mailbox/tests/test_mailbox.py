"""The mailbox, tried as its author would without the host: real files in a folder, read back as mails."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from capcom_gql.plugin import AddressInvalid, Host, Message
from capcom_notify_mailbox import Mailbox, MailboxConfig

HTML = '<!doctype html><html lang="fr"><body><p>Zoé, voilà votre numéro&nbsp;: CP 4071 🎉</p></body></html>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mailbox"


@pytest.fixture
def mailbox(folder: Path) -> Iterator[Mailbox]:
    mailbox = open_mailbox(folder)
    yield mailbox
    mailbox.close()
    mailbox.close()


def open_mailbox(folder: Path, **settings: str) -> Mailbox:
    host = Host(data_dir=folder, support_email="support@capcom.example")
    return Mailbox(MailboxConfig.model_validate(settings), host)


def letter(identifier: str = "dlv_01jx") -> Message:
    return Message(
        id=identifier,
        topic="welcome",
        address="zoe@ville.example",
        locale="fr",
        subject="Bienvenue à Évreux, où l'été dure : votre numéro d'abonné et tout ce qu'il faut savoir 🎉",
        text="Zoé, voilà votre numéro\u00a0:\n\n    CP 4071 8823 9056 1227\n\nhttps://x.example/?token=a=b\n",
        html=HTML,
        sent_at=datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1))),
    )


def mails(folder: Path) -> list[EmailMessage]:
    """The mails of a folder in order of name, read with the standard library."""
    return [message_from_bytes(path.read_bytes(), policy=default) for path in names(folder)]


def names(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_letter_becomes_a_standard_mail(mailbox: Mailbox, folder: Path) -> None:
    sent = mailbox.send(letter())
    (path,) = names(folder)
    assert sent.provider_id == path.name
    (mail,) = mails(folder)
    assert mail.defects == []
    assert [p.defects for p in mail.walk()] == [[], [], []]
    assert mail["Subject"] == letter().subject
    assert mail["To"] == "zoe@ville.example"
    assert mail["From"].addresses[0].addr_spec == "support@capcom.example"
    assert mail["From"].addresses[0].display_name == "Cap'Com Plus"
    assert mail["Message-ID"] == "<dlv_01jx@capcom.example>"
    assert mail["Date"].datetime == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert mail["Content-Language"] == "fr"
    assert mail["X-Capcom-Topic"] == "welcome"
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain") == letter().text
    assert part(mail, "html").rstrip("\n") == HTML


def test_the_file_is_what_rfc_5322_asks_for_and_can_be_read_as_it_is(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(letter())
    raw = names(folder)[0].read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.split(b"\r\n\r\n", 1)[0].isascii()
    assert b"https://x.example/?token=a=b\r\n" in raw


def test_a_letter_without_html(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(replace(letter(), html=None))
    (mail,) = mails(folder)
    assert mail.get_content_type() == "text/plain"
    assert part(mail, "plain") == letter().text


def test_a_line_too_long_for_a_mail_is_encoded(mailbox: Mailbox, folder: Path) -> None:
    text = "é" * 600 + "\n"
    mailbox.send(replace(letter(), text=text))
    assert max(len(line) for line in names(folder)[0].read_bytes().split(b"\r\n")) <= 998
    assert part(mails(folder)[0], "plain") == text


def test_an_address_beyond_ascii(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(replace(letter(), address=mailbox.validate_address(" zoé@évreux.example ")))
    assert "\r\nTo: zoé@évreux.example\r\n".encode() in names(folder)[0].read_bytes()


SUBJECTS = [
    "Dernier rappel, à renouveler au plus tard le 23 novembre 2027\u202f: abonnement Cap'Com Plus, Ville d'Évremont",
    "The Cap'Com Plus subscription of the urban community of Saint-Germain-en-Laye is renewed until 23 November 2027",
    "à b" * 60,
    "É" * 300,
    "🎉" * 100,
    "x" * 300,
    "one  two",
    "Ville =?utf-8?q?a=0D=0ABcc:_all@x.example?=",
    "=?utf-8?b?w6k=?=",
]


@pytest.mark.parametrize("utf8", [False, True])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_is_read_as_it_was_told_and_begins_no_header(
    mailbox: Mailbox, folder: Path, subject: str, utf8: bool
) -> None:
    address = "zoé@évreux.example" if utf8 else "zoe@ville.example"
    mailbox.send(replace(letter(), subject=subject, address=address))
    (mail,) = mails(folder)
    assert mail["Subject"] == subject
    assert mail["Bcc"] is None
    head = names(folder)[0].read_bytes().split(b"\r\n\r\n", 1)[0]
    lines = [line for line in head.split(b"\r\n") if line.startswith((b"Subject:", b" =?"))]
    assert max(map(len, lines)) <= 76


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" \u202f"), min_size=1, max_size=200))
def test_any_subject_comes_back(subject: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        open_mailbox(Path(place)).send(replace(letter(), subject=subject.strip(" ")))
        (mail,) = mails(Path(place))
    assert mail["Subject"] == subject.strip(" ")


def test_how_to_refuse_a_letter_is_in_its_headers(mailbox: Mailbox, folder: Path) -> None:
    url = "https://capcom.example/unsubscribe?token=" + "aB3-_" * 20
    mailbox.send(replace(letter(), unsubscribe_url=url))
    (mail,) = mails(folder)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in names(folder)[0].read_bytes()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0D=0ABcc:_x?=@x.example",
        "",
        "  ",
        "zoe",
        "@x.example",
        "zoe@",
        "a b@x.example",
        "a@x\n.example",
        "<a@x>",
    ],
)
def test_what_is_no_address_is_refused(mailbox: Mailbox, address: str) -> None:
    with pytest.raises(AddressInvalid):
        mailbox.validate_address(address)


def test_a_header_cannot_be_slipped_in(mailbox: Mailbox, folder: Path) -> None:
    with pytest.raises(ValueError, match=r"(?i)header"):
        mailbox.send(replace(letter(), subject="Hello\r\nBcc: all@x.example"))
    assert list(folder.iterdir()) == []


def test_the_order_of_names_is_the_order_of_sending(mailbox: Mailbox, folder: Path) -> None:
    day = letter().sent_at
    for number in range(200):
        # The date of the letters goes back, and their ids too: neither has a say in the order.
        mailbox.send(replace(letter(f"dlv_{999 - number}"), sent_at=day - timedelta(days=number)))
    assert [mail["Message-ID"] for mail in mails(folder)] == [f"<dlv_{999 - n}@capcom.example>" for n in range(200)]


def test_the_order_holds_over_a_restart_with_the_clock_set_back(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(letter("first"))
    (first,) = names(folder)
    ahead = first.with_name("20990101T000000.000000000Z-from_the_future.eml")
    first.rename(ahead)
    (folder / "a note of mine.eml").write_text("Subject: not ours\n\n")
    open_mailbox(folder).send(letter("second"))
    assert names(folder)[1].name == "20990101T000000.000000001Z-second.eml"


def test_threads_do_not_write_over_each_other(mailbox: Mailbox, folder: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda n: mailbox.send(letter(f"dlv_{n}")).provider_id, range(100)))
    assert sorted(str(name) for name in given) == [path.name for path in names(folder)]
    assert len(names(folder)) == 100


PATIENCE = 120.0
"""Seconds: many times what a busy machine needs for anything that comes about at all."""
PROCESS = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from capcom_gql.plugin import Host, Message
from capcom_notify_mailbox import Mailbox, MailboxConfig
mailbox = Mailbox(MailboxConfig(), Host(data_dir=Path(sys.argv[1]), support_email="support@capcom.example"))
for number in range(100):
    mailbox.send(Message(id=f"{sys.argv[2]}_{number:03}", topic="welcome", address="zoe@ville.example", locale="fr",
        subject="x", text="y" * 200_000, sent_at=datetime.now(timezone.utc)))
"""


def test_two_processes_write_at_once_and_a_reader_sees_whole_mails_only(folder: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", PROCESS, str(folder), name]) for name in ("a", "b")]
    seen: set[str] = set()
    deadline = time.monotonic() + PATIENCE
    while any(writer.poll() is None for writer in writers) and time.monotonic() < deadline:
        for path in names(folder):
            if path.name not in seen:
                seen.add(path.name)
                assert path.stat().st_size > 200_000
    assert [writer.wait(PATIENCE) for writer in writers] == [0, 0]
    assert len(names(folder)) == 200
    for name in ("a", "b"):
        ids = [path.stem.partition("-")[2] for path in names(folder) if path.stem.partition("-")[2].startswith(name)]
        assert ids == [f"{name}_{number:03}" for number in range(100)]
    assert [path for path in folder.iterdir() if path.suffix != ".eml"] == []


def test_a_message_tried_again_is_written_once(mailbox: Mailbox, folder: Path) -> None:
    first = mailbox.send(letter("dlv_1"))
    mailbox.send(letter("other-dlv_1"))
    again = open_mailbox(folder).send(replace(letter("dlv_1"), attempt=2))
    assert again == first
    assert len(names(folder)) == 2
    mailbox.send(replace(letter("dlv_2"), attempt=2))
    assert len(names(folder)) == 3


def test_an_id_is_never_a_path(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(letter("../../[x]*?"))
    (path,) = names(folder)
    assert path.parent == folder
    assert mailbox.send(replace(letter("../../[x]*?"), attempt=2)).provider_id == path.name
    assert "\n" not in mails(folder)[0]["Message-ID"]


def test_a_failure_leaves_nothing_behind(mailbox: Mailbox, folder: Path) -> None:
    with pytest.raises(OSError, match="too long"):
        mailbox.send(letter("x" * 300))
    assert list(folder.iterdir()) == []


def test_the_folder_is_its_owners_alone(mailbox: Mailbox, folder: Path) -> None:
    mailbox.send(letter())
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o077 == 0, "the data's folder, where it is the first to be there"
    assert names(folder)[0].stat().st_mode & 0o077 == 0


def test_the_sender_can_be_chosen(folder: Path) -> None:
    open_mailbox(folder, sender="bonjour@reseau.example").send(letter())
    (mail,) = mails(folder)
    assert mail["From"].addresses[0].addr_spec == "bonjour@reseau.example"
    assert mail["Message-ID"] == "<dlv_01jx@reseau.example>"
    with pytest.raises(ValidationError, match="name@domain"):
        MailboxConfig(sender="nobody")


def test_check_says_whether_mails_could_be_written(mailbox: Mailbox, folder: Path) -> None:
    assert mailbox.check().ok
    assert not folder.parent.exists(), "asking makes nothing"
    folder.parent.mkdir()
    folder.write_text("a file stands where the folder should be")
    health = mailbox.check()
    assert not health.ok
    assert str(folder) in health.detail
