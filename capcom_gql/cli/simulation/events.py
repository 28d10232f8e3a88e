"""The events of a simulation: users register, and the event system checks numbers and redeems discounts."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from random import Random

from capcom_gql.cli.simulation import habits
from capcom_gql.cli.simulation.habits import Occasion
from capcom_gql.cli.simulation.life import Life
from capcom_gql.domain.seats import format_number
from capcom_gql.entitlement.check_discount import DiscountQuestion
from capcom_gql.storage.tables import Seat


class Events:
    """The trainings, meetings and Forum of every year."""

    def __init__(self, life: Life, seed: int) -> None:
        self._life = life
        self._deeds = life.deeds
        self._seed = seed
        self.answers: Counter[str] = Counter()
        """how often a check answered each reason"""

    async def announce(self, today: date) -> None:
        """Announce today's events, and plan the registrations of some users."""
        for occasion in habits.OCCASIONS:
            day = today + timedelta(days=occasion.announced)
            if day.month in occasion.months and day.day == occasion.day:
                await self._open(occasion, f"{occasion.name}-{day.isoformat()}")

    async def _open(self, occasion: Occasion, reference: str) -> None:
        chance = Random(f"{self._seed}:{reference}")
        for seat in await Seat.filter(removed_at__isnull=True).order_by("id").only("id"):
            if chance.randrange(1000) < occasion.drawn:
                price = chance.choice(occasion.prices)
                registers = partial(self._register, seat.id, occasion, reference, price, Random(chance.random()))
                self._life.plan_in(chance.randint(1, occasion.announced - 1), registers)

    async def _register(self, seat_id: str, occasion: Occasion, reference: str, price: int, chance: Random) -> None:
        seat = await Seat.get(id=seat_id)
        number = format_number(seat.number) if chance.random() < 0.5 else seat.number
        if chance.random() < habits.MISTYPES:
            await self._ask(DiscountQuestion(number[:-1], occasion.kind, reference, price))
        ask = DiscountQuestion(number, occasion.kind, reference, price)
        eligible = await self._ask(ask)
        redemption_id = (await self._deeds.redeem(number, occasion.kind, reference, price)).redemption_id
        if eligible is (redemption_id is None):
            self._deeds.unexpected_refusals.append(
                f"{seat.id} at {reference}: a check says {eligible}, redeeming the contrary"
            )
        if redemption_id is not None:
            if chance.random() < habits.RELEASES:
                released = partial(self._deeds.release, redemption_id)
                self._life.plan_in(habits.days(chance, habits.RELEASED_AFTER), released)
        elif chance.random() < habits.COMPLAINS:
            complains = partial(self._complain, seat, ask, chance)
            self._life.plan_in(habits.days(chance, habits.COMPLAINED_AFTER), complains)

    async def _ask(self, ask: DiscountQuestion) -> bool:
        verdict = (await self._deeds.check(ask)).verdict
        self.answers[verdict.reason.value] += 1
        return verdict.eligible

    async def _complain(self, seat: Seat, ask: DiscountQuestion, chance: Random) -> None:
        request_id = await self._deeds.complain(seat, ask)
        if request_id is not None:
            self._life.plan_in(habits.days(chance, habits.REPLIED_AFTER), partial(self._deeds.reply, request_id))
