"""Rights asked again under the lock: whoever lost a role while they waited no longer acts by it."""

from capcom_gql.domain.rights import Actor, Right
from capcom_gql.services.authenticate import actor_of
from capcom_gql.services.judge import demand, demand_on


async def demand_now(right: Right, actor: Actor, organisation_id: str, *path: str) -> None:
    """`demand` and `demand_on` with the ties of this instant, instead of those with which the request came.

    Of two deeds that hand a role over at once, and of two in one request, the second is refused. Under the lock of the
    organisation's subscription, which is what ties change under.
    """
    if actor.person_id is not None and not actor.is_staff:
        actor = await actor_of(actor.person_id, is_staff=False)
        demand(right, actor)
    demand_on(right, actor, organisation_id, *path)
