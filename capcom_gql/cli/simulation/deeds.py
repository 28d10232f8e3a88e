"""The commands of a simulation, carried out by the product's services; unexpected refusals are collected."""

import itertools
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TypeVar

from capcom_gql.access.authenticate import actor_of, authenticate, wait_for_recorded_uses
from capcom_gql.cli.deeds import COMMAND_LINE
from capcom_gql.cli.simulation.network import Candidate, plan_for
from capcom_gql.cli.staff import make_staff
from capcom_gql.domain.plans import EventKind
from capcom_gql.domain.refusals import Code, Refusal
from capcom_gql.domain.rights import ANONYMOUS, Actor, Scope
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.entitlement.check_discount import CheckAnswer, DiscountQuestion, check_discounts
from capcom_gql.forms import PersonForm
from capcom_gql.languages.locales import DEFAULT, ENGLISH
from capcom_gql.languages.sentences import refusal_sentence
from capcom_gql.runtime import Runtime
from capcom_gql.services.add_seats import AddSeatsForm, add_seats
from capcom_gql.services.answer_survey import AnswerSurveyForm, answer_survey
from capcom_gql.services.cancel_subscription import CancelSubscriptionForm, cancel_subscription
from capcom_gql.services.close_support_request import CloseSupportRequestForm, close_support_request
from capcom_gql.services.create_api_key import CreateApiKeyForm, create_api_key
from capcom_gql.services.decline_renewal import DeclineRenewalForm, decline_renewal
from capcom_gql.services.open_support_request import OpenSupportRequestForm, open_support_request
from capcom_gql.services.record_payment_proof import RecordPaymentProofForm, record_payment_proof
from capcom_gql.services.redeem_discount import RedeemDiscountForm, Redeemed, redeem_discount
from capcom_gql.services.reinstate_term import ReinstateTermForm, reinstate_term
from capcom_gql.services.release_discount import ReleaseDiscountForm, release_discount
from capcom_gql.services.remove_seat import RemoveSeatForm, remove_seat
from capcom_gql.services.renew import RenewForm, renew
from capcom_gql.services.replace_seat import ReplaceSeatForm, replace_seat
from capcom_gql.services.subscribe import SubscribeForm, subscribe
from capcom_gql.services.transfer_management import TransferManagementForm, transfer_management
from capcom_gql.storage.tables import Person, Seat, Subscription, Term

TERMS_OF_USE = "1"
"""The version of the terms of use that is accepted."""
PROOFS = ("PURCHASE_ORDER", "PURCHASE_ORDER", "CHEQUE", "BANK_TRANSFER")
"""The kinds of proof, each as often as its share."""
DESK_SCOPES = (Scope.DISCOUNTS_CHECK, Scope.DISCOUNTS_REDEEM)
"""The scopes of the event system's API key."""
STAFF = ("camille.laurent@capcom.example", "Camille", "Laurent")
"""The address and names of the staff account."""

Made = TypeVar("Made")


@dataclass(slots=True)
class Member:
    """A body that has signed up, with the random generator that decides what it does."""

    candidate: Candidate
    random: Random
    organisation_id: str
    subscription_id: str


class Deeds:
    """What members, staff and event systems do, at the present instant of the product's clock."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._keys = itertools.count(1)
        self._staff = self._desk = ANONYMOUS
        self.refused: Counter[str] = Counter()
        """how often each code was answered where it had to be expected"""
        self.unexpected_refusals: list[str] = []
        """refusals that the rules do not explain, as sentences"""

    async def begin(self) -> None:
        """Create a staff account and the API key of an event system."""
        self._staff = await actor_of((await make_staff(*STAFF)).id, is_staff=True)
        made = await create_api_key(self._runtime, COMMAND_LINE, CreateApiKeyForm("Registrations", DESK_SCOPES))
        self._desk = await authenticate(made.secret)
        await wait_for_recorded_uses()

    # ---- subscribing, paying ---------------------------------------------------------------------------------------

    async def sign_up(self, candidate: Candidate, random: Random) -> Member | None:
        """A body signs up by the public form; its manager is the signer (R5). None if it is refused."""
        people = candidate.people
        form = SubscribeForm(
            candidate.plan,
            people,
            people[0].email,
            TERMS_OF_USE,
            self._key(),
            organisation=candidate.form,
            signer=people[0],
        )
        made = await self._carry_out("signing up", subscribe(self._runtime, ANONYMOUS, form, DEFAULT))
        if made is None:
            return None
        subscription = await Subscription.get(id=made.subscription_id)
        return Member(candidate, random, subscription.organisation_id, subscription.id)

    async def reopen(self, member: Member, *, by_staff: bool = False) -> bool:
        """Reopen a subscription with its former users: by the manager after the end, by staff after an unpaid term."""
        manager = await self.manager(member)
        people = tuple([_form_of(await seat.person) for seat in await seats_of(member)])
        actor = self._staff if by_staff else await self._acting(manager)
        form = SubscribeForm(
            plan_for(len(people)),
            people,
            (await manager.person).email,
            TERMS_OF_USE,
            self._key(),
            organisation_id=member.organisation_id,
        )
        reopened = subscribe(self._runtime, actor, form, DEFAULT)
        return await self._carry_out("reopening", reopened, Code.ALREADY_SUBSCRIBED) is not None

    async def pay(self, member: Member, term_id: str, kind: str, received_on: date) -> None:
        """Staff record the proof of a term (R8)."""
        reference = f"{kind[:2]}-{next(self._keys):05d}"
        form = RecordPaymentProofForm(
            member.subscription_id, kind, reference, received_on, self._key(), term_id=term_id
        )
        recorded = record_payment_proof(self._runtime, self._staff, form)
        await self._carry_out("paying", recorded, Code.PROOF_TOO_LATE, Code.PROOF_ALREADY_RECORDED)

    async def reinstate(self, term_id: str, kind: str, received_on: date, reason: str) -> None:
        """Staff reinstate a term that was cancelled without its proof (R9)."""
        form = ReinstateTermForm(term_id, kind, f"{kind[:2]}-{next(self._keys):05d}", received_on, reason)
        await self._carry_out(
            "reinstating", reinstate_term(self._runtime, self._staff, form), Code.CONFLICT, Code.TERM_OVERLAPS
        )

    async def withdraw(self, member: Member) -> None:
        """Staff cancel a subscription at the organisation's request (R9)."""
        reason = CancellationReason.WITHDRAWN
        form = CancelSubscriptionForm(member.subscription_id, reason, "Courrier de l'organisme")
        await self._carry_out("leaving", cancel_subscription(self._runtime, self._staff, form), Code.NOT_LIVE)

    # ---- renewing --------------------------------------------------------------------------------------------------

    async def renew(self, member: Member, plan: str | None = None) -> str | None:
        """The manager renews (R14), with another plan if one is given and large enough. The new term's id, or None."""
        actor = await self._acting(await self.manager(member))
        expected = (Code.NOT_LIVE, Code.PROOF_AWAITED, Code.RENEWAL_ALREADY_DONE, Code.PLAN_TOO_SMALL)
        for wanted in dict.fromkeys((plan, None)):
            form = RenewForm(member.subscription_id, TERMS_OF_USE, self._key(), wanted)
            if made := await self._carry_out("renewing", renew(self._runtime, actor, form), *expected):
                return made.term_id
        return None

    async def decline(self, member: Member) -> None:
        """The manager declines the renewal (R14)."""
        form = DeclineRenewalForm(member.subscription_id, "Budget non reconduit")
        actor = await self._acting(await self.manager(member))
        declined = decline_renewal(self._runtime, actor, form)
        await self._carry_out("declining", declined, Code.NOT_LIVE, Code.RENEWAL_ALREADY_DONE)

    # ---- the list --------------------------------------------------------------------------------------------------

    async def add(self, member: Member, user: PersonForm) -> None:
        """The manager adds a user."""
        form = AddSeatsForm(member.subscription_id, (user,), self._key())
        actor = await self._acting(await self.manager(member))
        added = add_seats(self._runtime, actor, form, DEFAULT)
        await self._carry_out("adding a user", added, Code.SEAT_LIMIT_REACHED, Code.NOT_LIVE)

    async def remove(self, member: Member, seat: Seat) -> None:
        """The manager removes a user; the manager's own seat is refused (R12)."""
        actor = await self._acting(await self.manager(member))
        removed = remove_seat(self._runtime, actor, RemoveSeatForm(seat.id))
        await self._carry_out("removing a user", removed, Code.MANAGER_REQUIRED, Code.NOT_LIVE)

    async def replace(self, member: Member, seat: Seat, user: PersonForm) -> None:
        """The manager gives a user's place, or their own, to another person."""
        actor = await self._acting(await self.manager(member))
        replaced = replace_seat(self._runtime, actor, ReplaceSeatForm(seat.id, user), DEFAULT)
        await self._carry_out("replacing a user", replaced, Code.NOT_LIVE)

    async def hand_over(self, member: Member, seat: Seat) -> None:
        """The manager hands the role over to a user."""
        form = TransferManagementForm(member.subscription_id, seat.id)
        actor = await self._acting(await self.manager(member))
        await self._carry_out("handing over", transfer_management(self._runtime, actor, form), Code.NOT_LIVE)

    async def manager(self, member: Member) -> Seat:
        """The seat of the manager; once the subscription is over, of the last one."""
        return await Seat.get(subscription_id=member.subscription_id, is_manager=True, removed_at__isnull=True)

    # ---- discounts, surveys, support -------------------------------------------------------------------------------

    async def check(self, ask: DiscountQuestion) -> CheckAnswer:
        """An event system asks whether a number is entitled to a discount (R10)."""
        (answer,) = await check_discounts(self._runtime, self._desk, [ask])
        return answer

    async def redeem(self, number: str, kind: EventKind, event: str, price_minor: int) -> Redeemed:
        """An event system redeems a discount; `price_minor` is in minor units (R22)."""
        registration = f"R-{next(self._keys):05d}"
        form = RedeemDiscountForm(number, kind, event, registration, price_minor, self._key())
        return await redeem_discount(self._runtime, self._desk, form)

    async def release(self, redemption_id: str) -> None:
        """A registration is cancelled: its redemption is released (R22)."""
        released = release_discount(self._runtime, self._desk, ReleaseDiscountForm(redemption_id))
        await self._carry_out("releasing a discount", released)

    async def answer(self, seat_id: str, term_id: str, score: int) -> None:
        """A user answers the survey (R18)."""
        actor = await self._acting(await Seat.get(id=seat_id))
        answered = answer_survey(self._runtime, actor, AnswerSurveyForm(seat_id, term_id, score))
        # a user who was removed in the meantime cannot answer
        await self._carry_out("answering the survey", answered, Code.SURVEY_CLOSED, Code.NOT_FOUND)

    async def complain(self, seat: Seat, ask: DiscountQuestion) -> str | None:
        """A user who was refused a discount opens a support request (R20). Its id; None if refused."""
        form = OpenSupportRequestForm("La réduction m'a été refusée, pourquoi ?", ask)
        opened = open_support_request(self._runtime, await self._acting(seat), form)
        made = await self._carry_out("asking support", opened)
        return None if made is None else made.request_id

    async def reply(self, request_id: str) -> None:
        """Staff answer a support request (R20)."""
        form = CloseSupportRequestForm(request_id, "Votre organisme n'est plus abonné ; voyez son gestionnaire.")
        await self._carry_out("answering support", close_support_request(self._runtime, self._staff, form))

    # ----------------------------------------------------------------------------------------------------------------

    async def _acting(self, seat: Seat) -> Actor:
        return await actor_of(seat.person_id, is_staff=False)

    def _key(self) -> str:
        return f"simulation-{next(self._keys)}"

    async def _carry_out(self, what: str, deed: Awaitable[Made], *expected: Code) -> Made | None:
        """The command's result; None if it was refused, which is counted, and collected if it was not `expected`."""
        try:
            return await deed
        except Refusal as refusal:
            codes = {fault.code for fault in refusal.faults}
            self.refused.update(code.value for code in codes)
            if not codes <= set(expected):
                self.unexpected_refusals.append(
                    f"{what}: {' '.join(refusal_sentence(fault, ENGLISH) for fault in refusal.faults)}"
                )
            return None


async def seats_of(member: Member) -> list[Seat]:
    """The active seats of a member, oldest first."""
    seats = Seat.filter(subscription_id=member.subscription_id, removed_at__isnull=True)
    return await seats.order_by("id")


async def terms_of(member: Member) -> list[Term]:
    """The terms of a member, in the order of their opening."""
    return await Term.filter(subscription_id=member.subscription_id).order_by("opened_at", "id")


def _form_of(person: Person) -> PersonForm:
    return PersonForm(person.email, person.given_name, person.family_name)
