"""Decline the renewal: nothing changes until the last day, and the reminders stop (R15)."""

from dataclasses import dataclass, replace

from capcom_gql.access.authorize import demand, demand_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.refusals import Refusal, not_found, refuse_if
from capcom_gql.domain.renewals import check_decline
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import check_text
from capcom_gql.runtime import Setup
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import Entry
from capcom_gql.subscription.calendar import open_dossier
from capcom_gql.subscription.locked import Dossier

MAX_REASON = 2000


@dataclass(frozen=True, slots=True)
class DeclineRenewalInput:
    """Which subscription is not to be renewed, and why, if one cares to say."""

    subscription_id: str
    reason: str | None = None


async def decline_renewal(setup: Setup, actor: Actor, form: DeclineRenewalInput) -> str:
    """Decline; again is accepted, and keeps a reason that was not given before. Returns the subscription's id."""
    demand(Right.RENEWAL, actor)

    async def work() -> str:
        dossier = await open_dossier(setup, form.subscription_id)
        if dossier is None:
            raise Refusal(not_found("subscriptionId"))
        await demand_now(Right.RENEWAL, actor, dossier.organisation_id, "subscriptionId")
        refuse_if(
            [
                *check_decline(dossier.standing),
                *check_text(("reason",), form.reason, required=False, maximum=MAX_REASON),
            ]
        )
        await _decline(dossier, (form.reason or "").strip() or None, actor)
        await dossier.close()
        return dossier.subscription.id

    return await in_one_transaction(work)


async def _decline(dossier: Dossier, reason: str | None, actor: Actor) -> None:
    term = dossier.term(dossier.standing.term.id)
    is_first = term.declined_at is None
    if not is_first and reason is None:
        return
    if is_first:
        term.declined_at = dossier.now
        await term.save(update_fields=["declined_at"])
    # the letter is about this very decline: renewing may clear it, and another may follow
    letters = [replace(each, subject=None) for each in dossier.letters(Topic.DECLINED, term, dossier.now)]
    await dossier.record(
        Entry(
            Kind.RENEWAL_DECLINED,
            {"term_id": term.id, "ends_on": term.ends_on.isoformat()},
            organisation_id=dossier.organisation_id,
            subject_id=dossier.subscription.id,
            note=reason,
            posts=letters if is_first else [],
        ),
        actor,
    )
