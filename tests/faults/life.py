"""A stream of real deeds: towns that subscribe, add, remove, pay, redeem, renew, decline, as staff do it for them."""

import asyncio
import itertools
import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.faults import deeds
from tests.faults.client import Answer, Client, Unknown
from tests.faults.deeds import Deed, Holder, Town

NEVER = 10**6
SENT_TWICE = 0.1
PAYS_AT_ONCE, PAYS_LATE = 0.75, 0.13
MOST_SEATS = 3
_CHOICES = {"redeem": 50, "addSeats": 14, "removeSeat": 6, "renew": 5, "decline": 3}


@dataclass
class Life:
    """The deeds of a run. `stop` is the number of times that the clock was moved; `pace` are deeds in a second."""

    client: Client
    chance: random.Random
    pace: float
    most_towns: int
    clients: int
    ledger: list[Deed] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    stop: int = 0
    is_over: bool = False
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _towns: int = 0

    async def live(self) -> None:
        """Do deeds until the life is over; those that are under way then come to their ends."""
        await asyncio.gather(*(self._share(random.Random(self.chance.random())) for _ in range(self.clients)))

    async def _share(self, chance: random.Random) -> None:
        towns: list[Town] = []
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not self.is_over:
            try:
                await self._something(towns, chance)
            except (KeyError, TypeError, ValueError, IndexError) as error:
                # an answer that says neither done nor refused, or done without what was done
                self.complaints.append(f"WRONG answer to {self.ledger[-1]}: {error!r}")
            due = max(due + self.clients / self.pace, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def _something(self, towns: list[Town], chance: random.Random) -> None:
        living = [town for town in towns if not town.is_over]
        unpaid = [town for town in living if not town.is_paid and self.stop >= town.pays_after]
        wanted = self._towns < self.most_towns and chance.random() < 0.12
        if wanted or not living:
            if (town := await self._subscribe(chance)) is not None:
                towns.append(town)
        elif unpaid:
            await self._pay(unpaid[0], chance)
        else:
            town = chance.choice(living)
            (choice,) = chance.choices(list(_CHOICES), list(_CHOICES.values()))
            await {
                "redeem": self._redeem,
                "addSeats": self._add_seat,
                "removeSeat": self._remove_seat,
                "renew": self._renew,
                "decline": self._decline,
            }[choice](town, chance)

    async def _do(self, deed: Deed, mutation: str, form: dict[str, Any], chance: random.Random) -> Answer | None:
        """Do a deed and write down what came of it. None while nobody knows."""
        self.ledger.append(deed)
        try:
            answer = await self.client.do(mutation, form, twice=chance.random() < SENT_TWICE)
        except Unknown:
            return None
        deed.codes, deed.tries = answer.codes, answer.tries
        deed.outcome = deeds.REFUSED if answer.codes else deeds.DONE
        return answer

    def _key(self) -> str:
        return f"deed-{next(self._numbers)}"

    def _pays_after(self, chance: random.Random) -> int:
        drawn = chance.random()
        return self.stop if drawn < PAYS_AT_ONCE else self.stop + 1 if drawn < PAYS_AT_ONCE + PAYS_LATE else NEVER

    async def _subscribe(self, chance: random.Random) -> Town | None:
        self._towns += 1
        key = self._key()
        name = f"{key}-town"
        users = chance.choice((1, 1, 1, 2))
        deed = Deed("subscribe", key, name)
        answer = await self._do(deed, deeds.SUBSCRIBE, deeds.sign_up(name, users, key), chance)
        if answer is None or answer.codes:
            return None
        made = answer.payload["subscription"]
        holders = [Holder(seat["id"], seat["subscriberNumber"], seat["isManager"]) for seat in made["seats"]]
        term_id = made["terms"][0]["id"]
        deed.made = [made["id"], term_id, *(holder.seat_id for holder in holders)]
        opened_on = date.fromisoformat(made["startsOn"])
        return Town(name, made["id"], term_id, opened_on, holders, self._pays_after(chance))

    async def _pay(self, town: Town, chance: random.Random) -> None:
        deed = Deed("recordPaymentProof", self._key(), town.term_id)
        form = {
            "subscriptionId": town.id,
            "termId": town.term_id,
            "kind": "PURCHASE_ORDER",
            "reference": deed.key,
            "receivedOn": town.opened_on.isoformat(),
            "idempotencyKey": deed.key,
        }
        answer = await self._do(deed, deeds.PROVE, form, chance)
        town.is_paid = True
        if answer is not None and answer.codes:
            town.is_over = True

    async def _redeem(self, town: Town, chance: random.Random) -> None:
        holder = chance.choice(town.holders)
        deed = Deed("redeemDiscount", self._key(), holder.seat_id)
        form = {
            "subscriberNumber": holder.number,
            "eventKind": chance.choice(("TRAINING", "MEETING", "FORUM")),
            "eventReference": f"event-{deed.key}",
            "registrationReference": deed.key,
            "priceMinor": chance.randrange(1, 100_000),
            "idempotencyKey": deed.key,
        }
        answer = await self._do(deed, deeds.REDEEM, form, chance)
        if answer is not None:
            deed.made = [answer.payload["redemption"]["id"]] if answer.payload["redemption"] else []
            # no discount any more: the town has fallen, or is over
            town.is_over = bool(answer.codes)

    async def _add_seat(self, town: Town, chance: random.Random) -> None:
        if len(town.holders) >= MOST_SEATS:
            await self._remove_seat(town, chance)
            return
        deed = Deed("addSeats", self._key(), town.id)
        user = deeds.person(town.name, 100 + int(deed.key.removeprefix("deed-")))
        form = {"subscriptionId": town.id, "users": [user], "idempotencyKey": deed.key}
        answer = await self._do(deed, deeds.ADD_SEATS, form, chance)
        if answer is not None and not answer.codes:
            made = [Holder(seat["id"], seat["subscriberNumber"]) for seat in answer.payload["seats"]]
            deed.made = [holder.seat_id for holder in made]
            town.holders += made
        self._mind(town, answer)

    async def _remove_seat(self, town: Town, chance: random.Random) -> None:
        users = [holder for holder in town.holders if not holder.is_manager]
        if not users:
            return
        holder = chance.choice(users)
        town.holders.remove(holder)
        deed = Deed("removeSeat", self._key(), holder.seat_id)
        answer = await self._do(deed, deeds.REMOVE_SEAT, {"seatId": holder.seat_id}, chance)
        if answer is not None and deed.codes == ["CONFLICT"] and deed.tries > 1:
            # this deed has no key: a try whose answer was lost has removed it already
            deed.outcome = deeds.DONE
        self._mind(town, answer)

    async def _renew(self, town: Town, chance: random.Random) -> None:
        deed = Deed("renew", self._key(), town.id)
        form = {"subscriptionId": town.id, "acceptedTermsVersion": "1", "idempotencyKey": deed.key}
        answer = await self._do(deed, deeds.RENEW, form, chance)
        if answer is not None and not answer.codes:
            deed.made = [answer.payload["term"]["id"]]
            town.term_id, town.is_paid, town.pays_after = deed.made[0], False, self._pays_after(chance)
        self._mind(town, answer)

    async def _decline(self, town: Town, chance: random.Random) -> None:
        deed = Deed("declineRenewal", self._key(), town.id)
        answer = await self._do(deed, deeds.DECLINE, {"subscriptionId": town.id}, chance)
        self._mind(town, answer)

    def _mind(self, town: Town, answer: Answer | None) -> None:
        if answer is not None and "NOT_LIVE" in answer.codes:
            town.is_over = True
