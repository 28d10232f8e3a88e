"""The SMTP world: a real mail server that does as it is told and keeps what it takes."""

import smtplib
import socket
import ssl
import sys
from email.message import EmailMessage

import pytest

from capcom_gql.testing import SmtpWorld, Tls, WorldUnavailable
from tests.patience import LONG


def mail(subject: str = "Été 🎉") -> EmailMessage:
    """A mail with text and HTML."""
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "a@x.example", "zoe@ville.example"
    made["Message-ID"] = "<dlv_1@x.example>"
    made.set_content("Bonjour Zoé\n")
    made.add_alternative("<p>Bonjour <b>Zoé</b></p>", subtype="html")
    return made


def connected(world: SmtpWorld) -> smtplib.SMTP:
    """A client that has said hello."""
    client = smtplib.SMTP("127.0.0.1", world.port, timeout=LONG)
    client.ehlo()
    return client


def test_a_mail_is_taken_and_can_be_read() -> None:
    with SmtpWorld() as world:
        with connected(world) as client:
            client.send_message(mail())
        (taken,) = world.mails
        assert (taken.sender, taken.recipients) == ("a@x.example", ("zoe@ville.example",))
        assert taken.message["Message-ID"] == "<dlv_1@x.example>"
        assert all(part in taken.readable for part in ("Été 🎉", "Bonjour Zoé", "<b>Zoé</b>"))
        world.forget()
        assert world.mails == ()


@pytest.mark.parametrize(
    ("verb", "reply", "refusal"),
    [
        ("MAIL", "421 4.3.2 closing", smtplib.SMTPResponseException),
        ("RCPT", "450 4.2.1 busy", smtplib.SMTPRecipientsRefused),
        ("RCPT", "550 5.1.1 nobody", smtplib.SMTPRecipientsRefused),
        ("DATA", "554 5.7.1 no", smtplib.SMTPDataError),
    ],
)
def test_each_verb_is_answered_as_scripted(verb: str, reply: str, refusal: type[Exception]) -> None:
    with SmtpWorld() as world:
        world.answer(verb, reply)
        with connected(world) as client, pytest.raises(refusal, match=reply[:3]):
            client.send_message(mail())
        assert world.mails == ()
        world.answer(verb, None)
        with connected(world) as client:
            client.send_message(mail())
        assert len(world.mails) == 1


def test_who_signs_in() -> None:
    with SmtpWorld() as world:
        with connected(world) as client:
            client.login(world.user, world.password)
            client.send_message(mail())
        with connected(world) as client, pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(world.user, "something else")
        world.answer("AUTH", "535 5.7.8 not today")
        with connected(world) as client, pytest.raises(smtplib.SMTPAuthenticationError, match="not today"):
            client.login(world.user, world.password)


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_the_connection_is_cut(verb: str) -> None:
    with SmtpWorld() as world:
        world.drop(verb)
        with (
            pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)),
            smtplib.SMTP("127.0.0.1", world.port, timeout=LONG) as client,
        ):
            client.ehlo()
            client.send_message(mail())
        assert world.mails == ()


def test_a_black_hole_greets_nobody_and_a_stopped_world_refuses() -> None:
    with SmtpWorld() as world:
        world.black_hole()
        with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
            smtplib.SMTP("127.0.0.1", world.port, timeout=0.2)
        world.stop()
        world.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", world.port), timeout=LONG)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("tls", [Tls.TRUSTED, Tls.UNTRUSTED])
def test_tls(tls: Tls, implicit: bool) -> None:
    def encrypted(world: SmtpWorld) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=world.ca_file)
        if implicit:
            return smtplib.SMTP_SSL("127.0.0.1", world.port, timeout=LONG, context=context)
        client = connected(world)
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
        return client

    with SmtpWorld(tls, implicit=implicit) as world:
        assert world.security == ("tls" if implicit else "starttls")
        if tls is Tls.TRUSTED:
            with encrypted(world) as client:
                client.send_message(mail())
            assert len(world.mails) == 1
        else:
            with pytest.raises(ssl.SSLCertVerificationError):
                encrypted(world)


def test_a_verb_that_there_is_not() -> None:
    with SmtpWorld() as world:
        with pytest.raises(ValueError, match="'SEND' is none of EHLO, AUTH, MAIL, RCPT, DATA"):
            world.answer("SEND", "250 ok")
        with pytest.raises(ValueError, match="'SEND' is none of"):
            world.drop("SEND")


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # None is what the import system takes for a module that cannot be had.
    monkeypatch.setitem(sys.modules, "aiosmtpd.smtp", None)
    with pytest.raises(WorldUnavailable, match=r"aiosmtpd is not installed.*pip install 'capcom-gql\[testing\]'"):
        SmtpWorld().start()
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(WorldUnavailable, match="trustme is not installed"):
        SmtpWorld(Tls.TRUSTED)
