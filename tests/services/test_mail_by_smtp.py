"""Letters of the real product by the real e-mail channel to a real mail server: what the rows say, and what arrives."""

from collections.abc import Iterator
from datetime import date

import pytest

from capcom_gql.services.unsubscribe import SurveyMail, unsubscribe
from capcom_gql.storage.tables import Delivery, DeliveryAttempt
from capcom_gql.testing import SmtpWorld, Tls
from tests.databases import ONLY_SQLITE
from tests.services.house import House, due_now, on, states

pytestmark = ONLY_SQLITE


@pytest.fixture
def post_office() -> Iterator[SmtpWorld]:
    """A mail server that speaks STARTTLS and asks for a sign-in."""
    with SmtpWorld(Tls.TRUSTED) as world:
        yield world


def settings(world: SmtpWorld, **more: str) -> dict[str, str]:
    """The channel's settings for that server, as an operator gives them."""
    given = {
        "HOST": world.host,
        "PORT": str(world.port),
        "CA_FILE": str(world.ca_file),
        "USERNAME": world.user,
        "PASSWORD": world.password,
        "SENDER": "Cap'Com Plus <bonjour@reseau.example>",
    }
    return {f"NOTIFY__EMAIL__{name}": value for name, value in (given | more).items()}


@pytest.mark.rule("R7")
async def test_a_letter_put_off_by_the_server_goes_at_the_second_attempt(house: House, post_office: SmtpWorld) -> None:
    service = await house.start(None, **settings(post_office))
    post_office.answer("RCPT", "450 4.2.1 come again later")
    await service.subscribe("ana")
    await service.tick()
    (delivery,) = await Delivery.all()
    assert (delivery.channel, delivery.state, delivery.attempt) == ("email", "RETRYING", 1)
    told = f"email: {post_office.host}:{post_office.port} answered 450 4.2.1 come again later"
    assert delivery.reason == told
    post_office.answer("RCPT", None)
    await due_now()
    await service.tick()
    sent = await Delivery.get(id=delivery.id)
    assert sent.state == "SENT" and not sent.reason and not sent.crashes
    attempts = await DeliveryAttempt.filter(delivery_id=delivery.id).order_by("number")
    assert [(each.number, each.outcome, each.error) for each in attempts] == [(1, "RETRY", told), (2, "SENT", None)]
    (mail,) = post_office.mails
    assert mail.recipients == ("ana@ville.example",)
    assert mail.message["Message-ID"] == f"<{delivery.id}@reseau.example>"
    assert mail.message["Subject"] == sent.subject
    assert mail.message["List-Unsubscribe"] is None


async def test_letters_wait_for_a_good_password(house: House, post_office: SmtpWorld) -> None:
    service = await house.start(None, **settings(post_office, PASSWORD="an-old-password"))
    await service.subscribe("ana")
    await service.tick()
    (held,) = await Delivery.all()
    assert held.state == "HELD" and held.reason is not None
    assert "correct USERNAME and PASSWORD" in held.reason and "an-old-password" not in held.reason
    service = await house.start(None, **settings(post_office))
    await service.tick()
    assert await states() == {"SENT": 1}


async def test_letters_from_before_there_was_any_channel_wait_for_this_one(
    house: House, post_office: SmtpWorld
) -> None:
    """Whose name is that under which they waited; what it holds for its own reasons does not go by another."""
    service = await house.start()
    await service.subscribe("ana")
    await house.start(None, **settings(post_office, PASSWORD="an-old-password"))
    assert await states(channel="email") == {"PENDING": 1}
    service = await house.start(None, **settings(post_office, PASSWORD="an-old-password"))
    await service.tick()
    (held,) = await Delivery.all()
    assert held.state == "HELD" and "correct USERNAME and PASSWORD" in (held.reason or "")
    house.channel("postmark")
    service = await house.start()
    assert await service.tick() == (0, 0)
    service = await house.start(None, **settings(post_office))
    await service.tick()
    assert await states(channel="email") == {"SENT": 1}
    assert house.calls("postmark") == []


@pytest.mark.rule("R18")
async def test_one_click_in_the_mail_program_ends_the_surveys(house: House, post_office: SmtpWorld) -> None:
    service = await house.start(None, **settings(post_office), PUBLIC_URL="https://capcom.example")
    made = await service.subscribe("ana")
    await service.record_proof(made.subscription_id)
    await on(date(2028, 2, 22))
    await service.tick()
    by_topic = {str(mail.message["X-Capcom-Topic"]): mail.message for mail in post_office.mails}
    survey = by_topic.pop("survey")
    assert by_topic and all(mail["List-Unsubscribe"] is None for mail in by_topic.values())
    assert survey["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = str(survey["List-Unsubscribe"]).removeprefix("<").removesuffix(">")
    assert url.startswith("https://capcom.example/unsubscribe?token=")
    body = survey.get_body(("plain",))
    assert body is not None and url in body.get_content()
    assert await unsubscribe(url.partition("token=")[2]) is SurveyMail.REFUSED
