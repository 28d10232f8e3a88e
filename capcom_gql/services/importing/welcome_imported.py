"""Mail a welcome to users who were imported without one (R7)."""

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.runtime import Runtime
from capcom_gql.services.importing.check_candidates import IMPORTED
from capcom_gql.storage.event_log import record_delivery
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, Event, Seat, Subscription, Term
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.locked import LockedSubscription
from capcom_gql.subscription.seats import welcome_letter


async def welcome_imported(runtime: Runtime, organisation_id: str, *, dry_run: bool) -> int:
    """Mail a welcome to the users of an imported organisation who got none and have an active seat.

    Returns how many; 0 for an organisation that was not imported or is not live. In a transaction; with `dry_run` it
    only counts.
    """
    opening = await Event.get_or_none(organisation_id=organisation_id, step_key__startswith=IMPORTED)
    if opening is None:
        return 0
    subscription = await Subscription.get(organisation_id=organisation_id)
    if dry_run:
        return len(await _unwelcomed(await _unlocked(runtime, subscription)))
    locked = await lock_subscription(runtime, subscription.id)
    assert locked is not None, "a subscription is for good"
    unwelcomed = await _unwelcomed(locked)
    for added, seat in unwelcomed:
        await record_delivery(added, welcome_letter(locked, seat), now=locked.now, channels=runtime.channels)
    await locked.schedule()
    return len(unwelcomed)


async def _unlocked(runtime: Runtime, subscription: Subscription) -> LockedSubscription:
    """The subscription as `lock_subscription` gives it, without the lock and without recording due steps."""
    terms = await Term.filter(subscription_id=subscription.id)
    seats = await Seat.filter(subscription_id=subscription.id).prefetch_related("person")
    return LockedSubscription(runtime, subscription, await product_now(), terms, seats)


async def _unwelcomed(locked: LockedSubscription) -> list[tuple[Event, Seat]]:
    """The active seats without a welcome, each with the event of its addition."""
    if not locked.status.is_live:
        return []
    seats = {seat.id: seat for seat in locked.active_seats}
    added = await Event.filter(kind=Kind.SEAT_ADDED.value, subject_id__in=list(seats)).order_by("id")
    people = [seat.person_id for seat in seats.values()]
    welcomes = await Delivery.filter(topic=Topic.WELCOME.value, person_id__in=people)
    welcomed = {each.about["seat_id"] for each in welcomes}
    return [(each, seats[each.subject_id]) for each in added if each.subject_id and each.subject_id not in welcomed]
