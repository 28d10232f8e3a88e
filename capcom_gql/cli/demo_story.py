"""Play fourteen months of the invented network in seconds, by the product's own commands and tick."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from capcom_gql import clock
from capcom_gql.access.authenticate import actor_of, authenticate
from capcom_gql.cli.deeds import COMMAND_LINE
from capcom_gql.cli.demo_network import Body, Person
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.languages.locales import DEFAULT
from capcom_gql.notifiers.registry import Registry
from capcom_gql.runtime import Runtime
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import RedeemDiscountForm, redeem_discount
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.subscribe import SubscribeForm, subscribe
from capcom_gql.services.tick import tick
from capcom_gql.storage.product_clock import product_now, reset_product_clock, set_product_clock
from capcom_gql.storage.tables import Delivery, Seat, Subscription

DESK_SCOPES = (Scope.DISCOUNTS_CHECK, Scope.DISCOUNTS_REDEEM, Scope.SERVICES_CHECK)
"""The scopes of the event system's API key."""


@dataclass(slots=True)
class Member:
    """A body that has signed up: its subscription, and its seats in the order in which they were added."""

    organisation_id: str
    subscription_id: str
    seat_ids: list[str]


class Story:
    """What the script can do. Days are given as days before today, in the operator's zone."""

    def __init__(self, runtime: Runtime, registry: Registry) -> None:
        self._runtime = runtime
        self._registry = registry
        self._zone = runtime.policy.zone
        self.today = runtime.policy.day_of(clock.utc_now())
        self._keys = itertools.count(1)
        self._members: dict[str, Member] = {}
        self._desk: Actor = ANONYMOUS

    def member(self, body: Body) -> Member:
        """The subscription of a body that has signed up."""
        return self._members[body.form.name]

    def day(self, days_ago: int) -> date:
        """The civil day so many days before today."""
        return self.today - timedelta(days=days_ago)

    async def start(self, days_ago: int) -> None:
        """Set the product's clock to 09:00 of the first day."""
        await set_product_clock(self._instant(days_ago, time(9)))

    async def make_desk(self, name: str) -> str:
        """Create the API key of an event system, by which discounts are redeemed from now on. Returns its secret."""
        made = await create_api_key(self._runtime, COMMAND_LINE, CreateApiKeyForm(name, DESK_SCOPES))
        self._desk = await authenticate(made.secret)
        return made.secret

    # ---- time --------------------------------------------------------------------------------------------------

    async def advance_to(self, days_ago: int, hour: int = 10, minute: int = 30) -> None:
        """Advance the product's clock to an hour of a day, recording and sending all that is due on the way."""
        await self._pass_until(self._instant(days_ago, time(hour, minute)))

    async def advance_to_now(self) -> None:
        """Advance the product's clock to the present, and let it follow the real clock from there on."""
        await self._pass_until(clock.utc_now())
        await reset_product_clock(force=True)

    async def settle(self) -> None:
        """Record and send everything that is due."""
        await tick(self._runtime, self._registry, until_idle=True)

    def _instant(self, days_ago: int, at: time) -> datetime:
        return datetime.combine(self.day(days_ago), at, self._zone)

    async def _pass_until(self, instant: datetime) -> None:
        await self.settle()
        while (due := await _next_due()) is not None and due <= instant:
            await set_product_clock(max(due, await product_now()))
            await self.settle()
        await set_product_clock(max(instant, await product_now()))

    # ---- deeds -------------------------------------------------------------------------------------------------

    async def signs_up(self, body: Body) -> None:
        """A body signs up by the public form; its manager is the signer (R5)."""
        people = tuple(person.form for person in body.people)
        form = SubscribeForm(
            body.plan, people, people[0].email, "1", self._key(), organisation=body.form, signer=people[0]
        )
        await self._opened(body, ANONYMOUS, form)

    async def reopens(self, body: Body, *, by_staff: bool = False) -> None:
        """A body is reopened: by its manager after the end, by staff after an unpaid term (R1, R9)."""
        people = tuple(person.form for person in body.people)
        manager = (await Seat.get(id=self.member(body).seat_ids[0])).person_id
        actor = await actor_of(manager, is_staff=by_staff)
        known = self.member(body).organisation_id
        form = SubscribeForm(body.plan, people, people[0].email, "1", self._key(), organisation_id=known)
        await self._opened(body, actor, form)

    async def _opened(self, body: Body, actor: Actor, form: SubscribeForm) -> None:
        made = await subscribe(self._runtime, actor, form, DEFAULT)
        subscription = await Subscription.get(id=made.subscription_id)
        self._members[body.form.name] = Member(subscription.organisation_id, subscription.id, list(made.seat_ids))

    async def pays(self, body: Body, kind: str, reference: str) -> None:
        """Staff record a proof of payment that was received today (R8)."""
        today = self._runtime.policy.day_of(await product_now())
        form = RecordPaymentProofForm(self.member(body).subscription_id, kind, reference, today, self._key())
        await record_payment_proof(self._runtime, COMMAND_LINE, form)

    async def adds_users(self, body: Body, people: Sequence[Person]) -> None:
        """The manager adds users to the list."""
        users = tuple(person.form for person in people)
        form = AddSeatsForm(self.member(body).subscription_id, users, self._key())
        made = await add_seats(self._runtime, await self._manager(body), form, DEFAULT)
        self.member(body).seat_ids.extend(made.seat_ids)

    async def removes_user(self, body: Body, place: int) -> None:
        """The manager removes a user from the list."""
        form = RemoveSeatForm(self.member(body).seat_ids[place])
        await remove_seat(self._runtime, await self._manager(body), form)

    async def registers(self, body: Body, place: int, kind: EventKind, event: str, price_minor: int) -> str:
        """A user registers for an event and redeems the discount (R22). Returns the redemption's id."""
        number = await self.number(body, place)
        form = RedeemDiscountForm(number, kind, event, f"inscription-{next(self._keys):04d}", price_minor, self._key())
        redeemed = await redeem_discount(self._runtime, self._desk, form)
        assert redeemed.redemption_id is not None, redeemed.faults
        return redeemed.redemption_id

    async def cancels_registration(self, redemption_id: str) -> None:
        """A registration is cancelled: its redemption is released."""
        await release_discount(self._runtime, self._desk, ReleaseDiscountForm(redemption_id))

    async def number(self, body: Body, place: int) -> str:
        """The 16 digits of a user's subscriber number."""
        return (await Seat.get(id=self.member(body).seat_ids[place])).number

    async def _manager(self, body: Body) -> Actor:
        return await actor_of((await Seat.get(id=self.member(body).seat_ids[0])).person_id, is_staff=False)

    def _key(self) -> str:
        return f"demo-{next(self._keys)}"


async def _next_due() -> datetime | None:
    """The next instant at which a step or a delivery is due, by the product's clock; None if there is none."""
    subscription = await Subscription.filter(due_at__isnull=False).order_by("due_at").first()
    delivery = await Delivery.filter(state="PENDING").order_by("due_at").first()
    instants = [row.due_at for row in (subscription, delivery) if row is not None]
    return min(instants, default=None)
