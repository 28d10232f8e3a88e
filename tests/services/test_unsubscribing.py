"""No more surveys by mail: asked for by the link of such a letter, kept, and held to (R18)."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from capcom_gql.access.tokens import hash_token
from capcom_gql.delivery.links import mint_unsubscribe_link
from capcom_gql.delivery.suppressed import Suppressed
from capcom_gql.domain.rights import Actor
from capcom_gql.services.answer_survey import AnswerSurveyForm, answer_survey
from capcom_gql.services.privacy.erase_person import ErasePersonForm, erase_person
from capcom_gql.services.subscribe import Subscribed
from capcom_gql.services.unsubscribe import SurveyMail, resubscribe, survey_mail_of, unsubscribe
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Person, Seat, Term, UnsubscribeLink
from tests.databases import ONLY_POSTGRES
from tests.services.callers import signed_in
from tests.services.house import House, Service, due_now, on, states

pytestmark = pytest.mark.rule("R18")

LAST_REMINDER = date(2028, 2, 22)
REFUSED = "the person has refused surveys by mail"
CHANNEL = """
with Path(str(CALLS) + ".refusing").open("a", encoding="utf-8") as file:
    file.write(f"{message.topic} {message.address} {message.unsubscribe_url}\\n")
if mood == "down":
    raise Transient("not now")
return Sent()
"""


@pytest.fixture
async def service(house: House) -> Service:
    """A process whose channel notes where a letter may be refused."""
    house.channel("post", CHANNEL)
    return await house.start(PUBLIC_URL="https://capcom.example/x", ACCOUNT_URL="https://site.example")


def offered(house: House) -> dict[str, list[str]]:
    """Where each person's letters of the survey may be refused, in the order of sending."""
    found: dict[str, list[str]] = {}
    for line in Path(f"{house.folder / 'post.calls'}.refusing").read_text(encoding="utf-8").splitlines():
        topic, address, url = line.split(" ")
        assert (url != "None") is (topic == "survey"), "no other letter can be refused"
        if topic == "survey":
            found.setdefault(address.partition("@")[0], []).append(url)
    return found


def token_of(url: str) -> str:
    start, _, token = url.partition("?token=")
    assert start == "https://capcom.example/x/unsubscribe", "a page of this server, whatever site has the account"
    assert len(token) >= 43
    return token


async def asked(service: Service, *names: str) -> Subscribed:
    """A confirmed subscription on the day of its last reminder, when the survey is sent."""
    made = await service.subscribe(*names)
    await service.record_proof(made.subscription_id)
    await on(LAST_REMINDER)
    await service.tick()
    return made


async def ana() -> Person:
    return await Person.get(email_key="ana@ville.example")


async def test_a_link_is_good_as_often_as_one_likes_and_the_first_time_is_kept(house: House, service: Service) -> None:
    await asked(service, "ana", "bob")
    token = token_of(offered(house)["ana"][0])
    assert await survey_mail_of(token) is SurveyMail.ACCEPTED
    assert (await ana()).surveys_refused_at is None, "looking changes nothing"
    before = await product_now()
    events = await Event.all().count()
    assert await unsubscribe(token) is SurveyMail.REFUSED
    first = (await ana()).surveys_refused_at
    assert first is not None and before <= first <= await product_now()
    await on(LAST_REMINDER + timedelta(days=200))
    assert await unsubscribe(token) is await survey_mail_of(token) is SurveyMail.REFUSED
    assert (await ana()).surveys_refused_at == first
    assert await Event.all().count() == events, "it is no change of the subscription"
    bob = await Person.get(email_key="bob@ville.example")
    assert bob.surveys_refused_at is None


async def test_links_are_kept_as_hashes_and_each_is_a_new_one(house: House, service: Service) -> None:
    house.mood("down")
    await asked(service, "ana")
    await due_now()
    house.mood("")
    await service.tick()
    urls = offered(house)["ana"]
    tokens = [token_of(url) for url in urls]
    assert len(set(tokens)) == 2, "one for each attempt, for either may have arrived"
    assert {link.token_hash for link in await UnsubscribeLink.all()} == {hash_token(each) for each in tokens}
    assert await unsubscribe(tokens[0]) is await survey_mail_of(tokens[1]) is SurveyMail.REFUSED


@pytest.mark.parametrize("token", ["", "made-up", "é\x00" * 10_000, "a" * 43])
async def test_a_wrong_link_is_nobodys(service: Service, token: str) -> None:
    await asked(service, "ana")
    assert await survey_mail_of(token) is await unsubscribe(token) is SurveyMail.UNKNOWN_LINK
    assert (await ana()).surveys_refused_at is None


async def test_whoever_refused_is_sent_no_survey_and_everything_else(house: House, service: Service) -> None:
    made = await service.subscribe("ana", "bob")
    await service.record_proof(made.subscription_id)
    link = await mint_unsubscribe_link(service.runtime.public_url, await ana())
    await unsubscribe(token_of(link))
    await on(LAST_REMINDER)
    await service.tick()
    assert list(offered(house)) == ["bob"]
    told = await Delivery.filter(topic="survey").order_by("recipient").values_list("state", "reason")
    assert told == [("SUPPRESSED", REFUSED), ("SENT", None)]
    assert await states(topic="renewal_reminder", recipient="ana@ville.example", state="SENT") == {"SENT": 1}
    assert await UnsubscribeLink.filter(person_id=(await ana()).id).count() == 1, "no link without a letter"


async def test_a_survey_that_waits_to_be_sent_is_not_sent_after_all(house: House, service: Service) -> None:
    house.mood("down")
    await asked(service, "ana")
    await unsubscribe(token_of(offered(house)["ana"][0]))
    house.mood("")
    await due_now()
    await service.tick()
    assert len(offered(house)["ana"]) == 1
    (waiting,) = await Delivery.filter(topic="survey")
    assert (waiting.state, waiting.reason) == ("SUPPRESSED", REFUSED)


async def test_the_survey_itself_stays_open(house: House, service: Service) -> None:
    made = await asked(service, "ana")
    await unsubscribe(token_of(offered(house)["ana"][0]))
    term = await Term.get(subscription_id=made.subscription_id)
    actor: Actor = await signed_in("ana")
    await answer_survey(service.runtime, actor, AnswerSurveyForm(made.seat_ids[0], term.id, 8))
    assert await Event.filter(kind="survey.answered").count() == 1


@pytest.mark.rule("R23")
async def test_a_link_ends_with_its_person(house: House, service: Service) -> None:
    await asked(service, "ana", "bob")
    token = token_of(offered(house)["bob"][0])
    bob = await Person.get(email_key="bob@ville.example")
    await unsubscribe(token)
    await erase_person(service.runtime, service.staff, ErasePersonForm(bob.id, "asked for in writing"))
    assert (
        await survey_mail_of(token) is await unsubscribe(token) is await resubscribe(token) is SurveyMail.UNKNOWN_LINK
    )
    assert await UnsubscribeLink.filter(person_id=bob.id).count() == 0
    erased = await Person.get(id=bob.id)
    assert erased.surveys_refused_at is None
    with pytest.raises(Suppressed, match="erased"):
        await mint_unsubscribe_link("https://capcom.example", bob)


async def test_a_mind_can_be_changed(house: House, service: Service) -> None:
    await asked(service, "ana")
    token = token_of(offered(house)["ana"][0])
    await unsubscribe(token)
    for _ in range(2):
        assert await resubscribe(token) is await survey_mail_of(token) is SurveyMail.ACCEPTED
    assert (await ana()).surveys_refused_at is None
    assert await mint_unsubscribe_link("https://capcom.example", await ana())
    assert await resubscribe("made-up") is SurveyMail.UNKNOWN_LINK


@ONLY_POSTGRES
async def test_many_clicks_at_once_are_one(house: House, service: Service) -> None:
    await asked(service, "ana")
    token = token_of(offered(house)["ana"][0])
    assert set(await asyncio.gather(*(unsubscribe(token) for _ in range(10)))) == {SurveyMail.REFUSED}
    assert await Seat.filter(person_id=(await ana()).id, removed_at__isnull=True).count() == 1
