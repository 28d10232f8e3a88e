"""Have a letter tried again that was given up, or that waits for its channel (Letters)."""

from collections.abc import Mapping

from capcom_gql import clock
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.letters import WAITING, AddressKind, DeliveryState, Topic
from capcom_gql.domain.privacy import is_erased
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NO_CHANNEL, NO_EMAIL_CHANNEL, NO_URL, NO_URL_CHANNEL
from capcom_gql.storage.tables import Delivery, Person, WebhookEndpoint

_REFUSED: Mapping[DeliveryState, str] = {
    **dict.fromkeys(WAITING, "delivery_waiting"),
    DeliveryState.SENT: "delivery_sent",
    DeliveryState.SUPPRESSED: "delivery_suppressed",
}


async def retry_delivery(runtime: Runtime, actor: Actor, delivery_id: str) -> None:
    """Put a FAILED or HELD letter back in the queue, due at once, its schedule of attempts begun anew.

    The attempts made stay, and their numbers go on: the number is what fences off a worker that comes back late. A mail
    goes to the address that the person has now (R24), and whether it is still true is asked again when it is sent.
    Raises Refusal: FORBIDDEN, NOT_FOUND, CONFLICT for a letter that was sent, goes by itself, is not to be sent, has no
    channel to go by, was for somebody who is erased since (R23), or for an endpoint that is disabled or deleted.
    """
    authorize(Right.NOTIFICATIONS, actor)

    async def work() -> None:
        known = await Delivery.get_or_none(id=delivery_id)
        if known is None:
            raise Refusal(not_found("deliveryId"))
        # the person first, as whoever erases them or changes their address does
        person = await Person.filter(id=known.person_id).select_for_update().first()
        delivery = await Delivery.filter(id=delivery_id).select_for_update().get()
        if key := _refused(delivery, person, await _endpoint(delivery)):
            raise Refusal(Fault(Code.CONFLICT, ("deliveryId",), key))
        await Delivery.filter(id=delivery_id).update(
            recipient=person.email if person and _goes_by_mail(runtime, delivery) else delivery.recipient,
            state=DeliveryState.PENDING.value,
            reason=None,
            next_attempt_at=clock.utc_now(),
            uncounted=delivery.attempt,
            crashes=0,
            leased_until=None,
            queued_until=None,
        )

    await in_one_transaction(work)


async def _endpoint(delivery: Delivery) -> WebhookEndpoint | None:
    return None if delivery.endpoint_id is None else await WebhookEndpoint.get(id=delivery.endpoint_id)


def _refused(delivery: Delivery, person: Person | None, endpoint: WebhookEndpoint | None) -> str | None:
    if person is not None and is_erased(person.id, person.email):
        return "delivery_to_nobody"
    if delivery.channel == NO_CHANNEL and delivery.reason == NO_EMAIL_CHANNEL:
        # it takes the name of the first channel that comes, by this very reason
        return "delivery_without_channel"
    if delivery.channel == NO_URL and delivery.reason == NO_URL_CHANNEL:
        return "delivery_without_url_channel"
    refused = _REFUSED.get(DeliveryState(delivery.state))
    if refused is None and endpoint is not None and endpoint.deleted_at is not None:
        return "delivery_to_deleted_endpoint"
    if refused is None and endpoint is not None and not endpoint.is_enabled:
        return "delivery_to_disabled_endpoint"
    return refused


def _goes_by_mail(runtime: Runtime, delivery: Delivery) -> bool:
    """Whether it goes to the address of the account; a letter about a change of address has one of its own."""
    by_mail = any(each.address_kind == AddressKind.EMAIL for each in runtime.channels if each.name == delivery.channel)
    return by_mail and delivery.topic != Topic.EMAIL_CHANGE
