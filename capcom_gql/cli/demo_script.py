"""The script of the demo: what happens in the invented network, day by day, and what the demo prints of it."""

from dataclasses import dataclass

from capcom_gql.access.sessions import open_session
from capcom_gql.cli.demo_network import (
    BOCAGE,
    CASTELROC,
    EVREMONT,
    HAUT_RIVAGE,
    JOINING_BOCAGE,
    JOINING_HAUT_RIVAGE,
    JOINING_MONTCLAIR,
    LITTORAL,
    MERVILLE,
    MONTCLAIR,
    SAINT_AUBIN,
    SAUVE,
    SDIS,
    VAL_D_AMBRE,
    VALLEE_NOIRE,
)
from capcom_gql.cli.demo_story import Story
from capcom_gql.cli.staff import make_staff
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.seats import format_number
from capcom_gql.storage.tables import Person, Seat

FIRST_DAY = 425
"""The first day of the script, in days before today."""
STAFF = ("camille.laurent@capcom.example", "Camille", "Laurent")
"""The address and names of the staff account."""
CHEQUE, ORDER, TRANSFER = "CHEQUE", "PURCHASE_ORDER", "BANK_TRANSFER"


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """What a user of the demo needs: working tokens, and ids and numbers for the ready-made operations."""

    key: str
    staff_token: str
    manager_token: str
    manager: str
    number: str
    holder: str
    managed_organisation_id: str
    managed_subscription_id: str
    unpaid_subscription_id: str
    redemption_id: str


async def fill(story: Story) -> DemoFacts:
    """Play the script until now, on the open database. Returns what the demo prints of it."""
    await story.start(FIRST_DAY)
    staff = await make_staff(*STAFF)
    key = await story.make_desk("Registrations (demo)")
    await _first_year(story)
    redemption_id = await _this_year(story)
    await story.advance_to_now()
    await story.signs_up(SAINT_AUBIN)
    await story.settle()

    holder = await _person(story.member(SAINT_AUBIN).seat_ids[1])
    manager = await _person(story.member(HAUT_RIVAGE).seat_ids[0])
    return DemoFacts(
        key=key,
        staff_token=(await open_session(staff)).access_token,
        manager_token=(await open_session(manager)).access_token,
        manager=f"{_name(manager)}, {HAUT_RIVAGE.form.name}",
        number=format_number(await story.number(SAINT_AUBIN, 1)),
        holder=f"{_name(holder)}, {SAINT_AUBIN.form.name}",
        managed_organisation_id=story.member(HAUT_RIVAGE).organisation_id,
        managed_subscription_id=story.member(HAUT_RIVAGE).subscription_id,
        unpaid_subscription_id=story.member(SAUVE).subscription_id,
        redemption_id=redemption_id,
    )


async def _first_year(story: Story) -> None:
    """Terms that are over today, and terms that end soon."""
    await story.advance_to(420)
    await story.signs_up(EVREMONT)
    await story.advance_to(412, 15)
    await story.pays(EVREMONT, ORDER, "BC-0312")
    await story.advance_to(400)
    await story.signs_up(LITTORAL)
    await story.advance_to(388, 11)
    await story.pays(LITTORAL, ORDER, "ENG-2041")
    await story.advance_to(355, 9)
    await story.signs_up(VALLEE_NOIRE)
    await story.advance_to(345)
    await story.pays(VALLEE_NOIRE, CHEQUE, "CHQ 0048213")
    await story.advance_to(330, 14)
    await story.registers(LITTORAL, 1, EventKind.FORUM, f"forum-{story.day(330).year}", 69000)
    await story.advance_to(300)
    await story.signs_up(HAUT_RIVAGE)
    await story.advance_to(291, 16)
    await story.pays(HAUT_RIVAGE, ORDER, "BC-0877")
    await story.advance_to(260)
    await story.adds_users(HAUT_RIVAGE, JOINING_HAUT_RIVAGE)
    await story.advance_to(210, 17)
    await story.signs_up(MONTCLAIR)
    await story.advance_to(204)
    await story.pays(MONTCLAIR, TRANSFER, "VIR-CHM-118")


async def _this_year(story: Story) -> str:
    """Seats, discounts, a cancellation, sign-ups that wait for their proof. Returns the id of a redemption."""
    await story.advance_to(180)
    await story.signs_up(CASTELROC)
    await story.advance_to(171, 9)
    await story.pays(CASTELROC, CHEQUE, "CHQ 7730054")
    await story.advance_to(150)
    await story.registers(MONTCLAIR, 1, EventKind.TRAINING, "formation-ecrire-pour-le-web", 45000)
    await story.adds_users(MONTCLAIR, JOINING_MONTCLAIR)
    await story.advance_to(120, 11)
    await story.registers(HAUT_RIVAGE, 2, EventKind.MEETING, "rencontres-marque-territoriale", 18000)
    await story.advance_to(95)
    await story.signs_up(BOCAGE)
    await story.advance_to(88, 15)
    await story.pays(BOCAGE, CHEQUE, "CHQ 0091177")
    await story.advance_to(70)
    await story.signs_up(MERVILLE)
    await story.advance_to(60)
    await story.removes_user(MONTCLAIR, 3)
    await story.adds_users(BOCAGE, JOINING_BOCAGE)
    await story.advance_to(52, 14)
    await story.removes_user(BOCAGE, 3)
    await story.advance_to(45)
    given_up = await story.registers(CASTELROC, 1, EventKind.TRAINING, "formation-accessibilite", 52000)
    await story.advance_to(41, 9)
    await story.cancels_registration(given_up)
    await story.advance_to(40)
    await story.signs_up(VAL_D_AMBRE)
    await story.advance_to(33, 16)
    await story.registers(VAL_D_AMBRE, 1, EventKind.FORUM, f"forum-{story.today.year}", 69000)
    await story.advance_to(20)
    await story.reopens(EVREMONT)
    await story.advance_to(13, 11)
    await story.pays(EVREMONT, ORDER, "BC-0419")
    await story.advance_to(12)
    await story.signs_up(SDIS)
    await story.advance_to(9, 15)
    redemption_id = await story.registers(SDIS, 0, EventKind.TRAINING, "formation-communication-de-crise", 64000)
    await story.advance_to(8)
    await story.reopens(MERVILLE, by_staff=True)
    await story.advance_to(6, 9)
    await story.signs_up(SAUVE)
    return redemption_id


async def _person(seat_id: str) -> Person:
    return await (await Seat.get(id=seat_id)).person


def _name(person: Person) -> str:
    return f"{person.given_name} {person.family_name}"
