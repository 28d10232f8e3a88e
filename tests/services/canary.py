"""A person who leaves traces everywhere, so that their erasure can be seen in every table and column.

Whatever says who they are holds "canari", in some spelling, or their telephone number; ids and subscriber numbers do
not.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from capcom_gql import clock
from capcom_gql.access.authenticate import actor_of
from capcom_gql.access.passwords import prepare
from capcom_gql.delivery.links import mint_email_link, mint_password_link, mint_unsubscribe_link
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import ANONYMOUS, Actor
from capcom_gql.domain.seats import format_number
from capcom_gql.entitlement.check_discount import DiscountQuestion
from capcom_gql.forms import OrganisationForm, PersonForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.change_email import ChangeEmailForm, change_email
from capcom_gql.services.choose_password import ChoosePasswordForm, choose_password
from capcom_gql.services.close_support_request import CloseSupportRequestForm, close_support_request
from capcom_gql.services.confirm_email import ConfirmEmailForm, confirm_email
from capcom_gql.services.decline_renewal import DeclineRenewalForm, decline_renewal
from capcom_gql.services.open_support_request import OpenSupportRequestForm, open_support_request
from capcom_gql.services.redeem_discount import redeem_discount
from capcom_gql.services.request_password import RequestPasswordForm, request_password
from capcom_gql.services.subscribe import SubscribeForm, subscribe
from capcom_gql.services.unsubscribe import unsubscribe
from capcom_gql.services.update_profile import AddressForm, UpdateProfileForm, update_profile
from capcom_gql.storage.engine.database import is_postgres, rows
from capcom_gql.storage.ids import SURVEY, new_id
from capcom_gql.storage.tables import EmailChange, Person, Seat, SurveyRequest, Term
from tests.services.house import House, Service, form, person, redemption

FIRST_ADDRESS, ADDRESS = "canari@ville.example", "canari@metropole.example"
PHONE = "+33612345678"
PASSWORD = "quatre petits chevaux gris"
TRACES = ("canari", PHONE.removeprefix("+"))
CHANNEL = """
if mood == "down" or "nulle-part" in message.address:
    raise Transient(f"no answer for {message.address}")
return Sent(f"for-{message.address}")
"""
TABLES_OF_POSTGRES = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
TABLES_OF_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table'"


async def cells() -> AsyncIterator[tuple[str, str]]:
    """Every cell of every table: its table.column, and its value as text."""
    tables = await rows(TABLES_OF_POSTGRES if is_postgres() else TABLES_OF_SQLITE)
    for table in sorted(str(each["name"]) for each in tables):
        for row in await rows(f'SELECT * FROM "{table}"'):
            for column, value in row.items():
                text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                yield f"{table}.{column}", text


async def places_of_traces() -> set[str]:
    """Every table.column in which some row holds a trace, in whatever case."""
    return {place async for place, text in cells() if any(trace in text.casefold() for trace in TRACES)}


@dataclass(frozen=True)
class Canary:
    """The person, with a session, a live subscription in which they are a user, and one of old that they managed."""

    person: Person
    actor: Actor
    access_token: str
    live_id: str
    unpaid_id: str
    number: str

    async def seats(self) -> list[Seat]:
        """Their seats, by subscription."""
        return await Seat.filter(person_id=self.person.id).order_by("subscription_id")


def user() -> PersonForm:
    """The canary as a form gives them."""
    return PersonForm(FIRST_ADDRESS, "Canarina", "Canariello", "Chargée des canaris", PHONE, "fr")


async def aviary(house: House) -> Service:
    """A process with a channel for mail and one of another kind, where a canary can sing."""
    await prepare()
    house.channel("post", CHANNEL)
    house.channel("matrix", CHANNEL, kind="matrix")
    return await house.start()


async def sing(house: House, service: Service) -> Canary:
    """Everything that a person can leave behind, by the deeds themselves; the channels are down at the end."""
    unpaid = await _sign_up(service, form("canari", organisation=OrganisationForm("Ville de Bellefontaine")))
    live = await _sign_up(service, form("bob", "canari"))
    await service.record_proof(live)
    row = await Person.get(email_key=FIRST_ADDRESS)
    link = await mint_password_link("https://account.example", row, 1)
    signed_in = await choose_password(service.runtime, ANONYMOUS, ChoosePasswordForm(_token(link), PASSWORD))
    actor = await actor_of(row.id, is_staff=False)
    await update_profile(actor, UpdateProfileForm(addresses=(AddressForm("matrix", "@canari:ville.example"),)))
    await _manage(service, actor, unpaid)
    await house.after_the_deadline()
    await service.tick()
    seat = await Seat.get(person_id=row.id, subscription_id=live)
    await _be_heard(service, actor, seat)
    await _move(service, actor)
    house.mood("down")
    await request_password(service.runtime, ANONYMOUS, RequestPasswordForm(ADDRESS), "192.0.2.1")
    await _ask_for_help(service, actor, seat, "Le canari attend toujours.")
    await service.tick()
    return Canary(await Person.get(id=row.id), actor, signed_in.access_token, live, unpaid, seat.number)


async def _sign_up(service: Service, sign_up: SubscribeForm) -> str:
    """The subscription of a form in which the canary's line says more than a name."""
    users = tuple(user() if each.email == FIRST_ADDRESS else each for each in sign_up.users)
    done = await subscribe(service.runtime, service.staff, replace(sign_up, users=users), FRENCH)
    return done.subscription_id


def _token(link: str) -> str:
    return link.partition("token=")[2]


async def _manage(service: Service, actor: Actor, subscription_id: str) -> None:
    """What a manager writes: a key of the client's making, a reason."""
    added = AddSeatsForm(subscription_id, (person("zoe"),), "canari-1")
    await add_seats(service.runtime, actor, added, FRENCH)
    reason = DeclineRenewalForm(subscription_id, "Moi, Canarina, je n'en veux plus.")
    await decline_renewal(service.runtime, actor, reason)


async def _be_heard(service: Service, actor: Actor, seat: Seat) -> None:
    """A discount used, a survey answered, a request for help that has its answer."""
    await redeem_discount(service.runtime, service.staff, redemption(seat.number))
    term = await Term.get(subscription_id=seat.subscription_id)
    await SurveyRequest.create(
        id=new_id(SURVEY),
        seat=seat,
        term=term,
        asked_at=clock.utc_now(),
        answered_at=clock.utc_now(),
        score=9,
        comment="Signé : le canari",
    )
    await unsubscribe(_token(await mint_unsubscribe_link("https://capcom.example", await seat.person)))
    request_id = await _ask_for_help(service, actor, seat, "Je suis Canarina Canariello.")
    answer = CloseSupportRequestForm(request_id, "Bonjour Canarina, c'est réglé.")
    await close_support_request(service.runtime, service.staff, answer)


async def _ask_for_help(service: Service, actor: Actor, seat: Seat, message: str) -> str:
    ask = DiscountQuestion(format_number(seat.number), EventKind.FORUM, email=FIRST_ADDRESS)
    opened = await open_support_request(service.runtime, actor, OpenSupportRequestForm(message, ask))
    return opened.request_id


async def _move(service: Service, actor: Actor) -> None:
    """One change of address that was made, and one that is only asked for."""
    await change_email(service.runtime, actor, ChangeEmailForm(ADDRESS))
    change = await EmailChange.get(used_at__isnull=True)
    link = await mint_email_link("https://account.example", change.id, 24)
    await confirm_email(service.runtime, ANONYMOUS, ConfirmEmailForm(_token(link)))
    await change_email(service.runtime, actor, ChangeEmailForm("canari@nulle-part.example"))
    await service.tick()
