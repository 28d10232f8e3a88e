"""The members of a simulation: they read their letters, plan actions, and take the actions of each day."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from capcom_gql.cli.simulation import habits
from capcom_gql.cli.simulation.deeds import PROOFS, Deeds, Member, seats_of, terms_of
from capcom_gql.cli.simulation.habits import Decision, Payment
from capcom_gql.cli.simulation.network import Candidate, candidates
from capcom_gql.domain.letters import Topic
from capcom_gql.notifiers.contract import Message
from capcom_gql.storage.tables import Term

_RENEW_LINK = re.compile(r"/renew\?subscription=\w+")
_SURVEY_LINK = re.compile(r"/survey\?seat=(\w+)&term=(\w+)")
_BY_CALL = (Decision.NOTICE, Decision.REMINDER_1, Decision.REMINDER_2, Decision.REMINDER_3)

Action = Callable[[], Awaitable[object]]
"""Something that a member will do on a planned day."""


class Life:
    """The members and their planned actions."""

    def __init__(self, deeds: Deeds, seed: int) -> None:
        self.deeds = deeds
        self.members: list[Member] = []
        self._seed = seed
        self._plans: defaultdict[date, list[Action]] = defaultdict(list)
        self._today = date.min
        self._by_domain: dict[str, Member] = {}
        self._payments: dict[str, Payment] = {}
        self._answers: dict[str, Decision] = {}

    def begin(self, organisations: int, first: date, last: date) -> None:
        """Plan the sign-ups of so many bodies, from the first day on, most of them in the first months."""
        chance = Random(f"{self._seed}:network")
        span = min(270, (last - first).days)
        for place, candidate in enumerate(candidates(organisations, chance)):
            day = first + timedelta(days=int(span * chance.random() ** 1.4))
            self._plans[day].append(partial(self._sign_up, candidate, Random(f"{self._seed}:{place}")))

    def take_plans(self, today: date) -> list[Action]:
        """Make `today` the present day, and return the actions that are planned for it."""
        self._today = today
        return self._plans.pop(today, [])

    def plan_in(self, in_days: int, action: Action) -> None:
        """Plan an action in some days, tomorrow at the earliest."""
        self._plans[self._today + timedelta(days=max(1, in_days))].append(action)

    # ---- letters ---------------------------------------------------------------------------------------------------

    async def read(self, message: Message) -> None:
        """Plan the recipient's reaction to a letter. Only the manager's letters have the link to renew (R13)."""
        member = self._by_domain.get(message.address.rpartition("@")[2])
        if member is None:
            return
        topic, chance = Topic(message.topic), member.random
        if topic is Topic.SURVEY and chance.random() < habits.ANSWERS_SURVEY:
            self._answer_survey(member, message.text)
        elif topic is Topic.PROOF_REMINDER:
            await self._remember_proof(member)
        elif topic is Topic.EXPIRED:
            await self._consider_reopening(member, message)
        elif _RENEW_LINK.search(message.text):
            await self._consider_renewing(member, topic)

    def _answer_survey(self, member: Member, text: str) -> None:
        link = _SURVEY_LINK.search(text)
        assert link is not None, "the letter leads to the survey"
        seat_id, term_id = link.groups()
        answered = partial(self.deeds.answer, seat_id, term_id, habits.score(member.random))
        self.plan_in(habits.days(member.random, habits.SURVEY_AFTER), answered)

    async def _remember_proof(self, member: Member) -> None:
        term = (await terms_of(member))[-1]
        if self._payments.get(term.id) is Payment.REMINDED:
            self.plan_in(habits.days(member.random, habits.AFTER_REMINDER), partial(self._pay, member, term.id))

    async def _consider_reopening(self, member: Member, message: Message) -> None:
        manager = await (await self.deeds.manager(member)).person
        if message.address == manager.email and member.random.random() < habits.REOPENS:
            self.plan_in(habits.days(member.random, habits.REOPENED_AFTER), partial(self._reopen, member))

    async def _consider_renewing(self, member: Member, topic: Topic) -> None:
        chance = member.random
        if topic in (Topic.RENEWAL_NOTICE, Topic.RENEWAL_REMINDER):
            # a renewed term that was cancelled unpaid is not renewed itself
            term = [each for each in await terms_of(member) if each.facts().cancelled_at is None][-1]
            notice = term.reminders_sent if topic is Topic.RENEWAL_REMINDER else 0
            answer = self._answers.get(term.id)
            if notice == 0 and answer is Decision.DECLINE:
                self.plan_in(habits.days(chance, habits.DECLINED_AFTER), partial(self.deeds.decline, member))
            elif notice < len(_BY_CALL) and answer is _BY_CALL[notice]:
                soon = habits.AFTER_CALL if notice else habits.AFTER_NOTICE
                self.plan_in(habits.days(chance, soon), partial(self._renew, member))
        elif topic is Topic.DECLINED and chance.random() < habits.HAS_SECOND_THOUGHTS:
            self.plan_in(habits.days(chance, habits.SECOND_THOUGHTS), partial(self._renew, member))
        elif topic is Topic.CANCELLED and chance.random() < habits.RENEWS_AGAIN:
            self.plan_in(habits.days(chance, habits.AFTER_CALL), partial(self._renew, member))

    # ---- terms -----------------------------------------------------------------------------------------------------

    async def _sign_up(self, candidate: Candidate, chance: Random) -> None:
        member = await self.deeds.sign_up(candidate, chance)
        if member is None:
            return
        self.members.append(member)
        self._by_domain[candidate.people[0].email.rpartition("@")[2]] = member
        await self._plan_term(member, is_first=True)

    async def _reopen(self, member: Member, *, by_staff: bool = False) -> None:
        if await self.deeds.reopen(member, by_staff=by_staff):
            await self._plan_term(member, is_first=True)

    async def _renew(self, member: Member) -> None:
        plan = None
        if member.random.random() < habits.CHANGES_PLAN:
            plan = member.random.choice(("ESSENTIEL", "EQUIPE", "COLLECTIF"))
        if await self.deeds.renew(member, plan) is not None:
            await self._plan_term(member, is_first=False)

    async def _plan_term(self, member: Member, *, is_first: bool) -> None:
        """Decide for a new term when its proof will arrive and when its renewal will be answered."""
        term, chance = (await terms_of(member))[-1], member.random
        payment = self._payments[term.id] = habits.payment(chance, is_first=is_first)
        answer = self._answers[term.id] = habits.answer(chance)
        to_due = (term.proof_due_on - self._today).days
        if payment is Payment.SOON:
            self.plan_in(habits.days(chance, habits.SOON), partial(self._pay, member, term.id))
        elif payment is Payment.LAST_DAYS:
            self.plan_in(to_due - habits.days(chance, habits.BEFORE_DUE), partial(self._pay, member, term.id))
        elif payment is Payment.FOUND:
            self.plan_in(
                to_due + habits.days(chance, habits.FOUND_AFTER), partial(self._bring_proof_late, member, term)
            )
        elif payment is Payment.LATE:
            self.plan_in(to_due + habits.days(chance, habits.LATE_BY), partial(self._bring_proof_late, member, term))
        elif payment is Payment.NEVER and chance.random() < habits.REOPENS_BY_STAFF:
            delay = to_due + habits.days(chance, habits.REOPENED_BY_STAFF_AFTER)
            self.plan_in(delay, partial(self._reopen, member, by_staff=True))
        if answer is Decision.EARLY:
            to_end = (term.ends_on - self._today).days
            self.plan_in(to_end - habits.days(chance, habits.EARLY_BY), partial(self._renew, member))

    async def _pay(self, member: Member, term_id: str) -> None:
        await self.deeds.pay(member, term_id, member.random.choice(PROOFS), self._today)

    async def _bring_proof_late(self, member: Member, term: Term) -> None:
        found = self._payments[term.id] is Payment.FOUND
        received_on = term.proof_due_on - timedelta(days=1) if found else self._today
        reason = "Reçu dans les délais, retrouvé" if found else "Accepté hors délai"
        await self.deeds.reinstate(term.id, member.random.choice(PROOFS), received_on, reason)

    # ---- lists -----------------------------------------------------------------------------------------------------

    def plan_month(self, live: set[str]) -> None:
        """On the first of a month, plan the changes of users of live organisations (`live`: their ids) in it."""
        for member in self.members:
            for change, chance in habits.MONTHLY.items():
                wanted, day = member.random.random() < chance, member.random.randint(1, 26)
                if wanted and member.organisation_id in live:
                    self.plan_in(day, partial(self._change, member, change))

    async def _change(self, member: Member, change: str) -> None:
        seats, chance = await seats_of(member), member.random
        users = [seat for seat in seats if not seat.is_manager]
        manager = next(seat for seat in seats if seat.is_manager)
        if change == "leave":
            await self.deeds.withdraw(member)
        elif change == "add":
            await self.deeds.add(member, member.candidate.recruits.next())
        elif change == "replace_manager":
            await self.deeds.replace(member, manager, member.candidate.recruits.next())
        elif users and change == "remove":
            await self.deeds.remove(member, chance.choice(users))
        elif users and change == "replace":
            await self.deeds.replace(member, chance.choice(users), member.candidate.recruits.next())
        elif users and change == "hand_over":
            await self.deeds.hand_over(member, chance.choice(users))
