"""Cancel a subscription: staff end every term that is not over, at once (R9)."""

from dataclasses import dataclass

from capcom_gql.access.authorize import demand
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.proofs import cancellable, check_cancellation
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.domain.terms import CancellationReason
from capcom_gql.forms import check_text
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.cancellation import record_cancelled
from capcom_gql.subscription.locked import Dossier

MAX_NOTE = 2000


@dataclass(frozen=True, slots=True)
class CancelSubscriptionInput:
    """Which subscription ends, on whose wish, and a note for staff."""

    subscription_id: str
    reason: CancellationReason
    note: str


async def cancel_subscription(setup: Setup, actor: Actor, form: CancelSubscriptionInput) -> str:
    """Cancel; manager and users are told. Returns the subscription's id. Raises Refusal."""
    demand(Right.ADMINISTRATION, actor)

    async def work() -> str:
        dossier = await open_dossier(setup, form.subscription_id)
        if dossier is None:
            raise Refusal(not_found("subscriptionId"))
        refuse_if(
            [
                *check_cancellation(form.reason, dossier.facts, dossier.today),
                *check_text(("note",), form.note, required=True, maximum=MAX_NOTE),
            ]
        )
        await _cancel(dossier, form, actor)
        await dossier.close()
        return dossier.subscription.id

    return await in_one_transaction(work)


async def _cancel(dossier: Dossier, form: CancelSubscriptionInput, actor: Actor) -> None:
    ended = [dossier.term(each.id) for each in cancellable(dossier.facts, dossier.today)]
    for term in ended:
        term.withdrawn_at = dossier.now
        term.withdrawn_reason = form.reason.value
        await term.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    first = ended[0]
    letters = dossier.letters(Topic.CANCELLED, first, dossier.now, subject=f"{first.id}:{form.reason}")
    for term in ended:
        is_first = term is first
        await record_cancelled(
            dossier,
            term,
            actor,
            at=dossier.now,
            posts=letters if is_first else (),
            note=form.note.strip() if is_first else None,
        )
