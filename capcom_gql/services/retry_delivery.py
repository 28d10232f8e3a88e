"""Send a delivery again that has failed or is held ("Letters" in docs/rules.md)."""

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
    """Make a FAILED or HELD delivery PENDING and due at once, with a new schedule of attempts.

    The attempts made so far stay, and the numbers of new ones follow theirs. A mail is sent to the person's present
    address (R24); whether the letter is still true is checked when it is sent. Raises Refusal: FORBIDDEN, NOT_FOUND,
    and CONFLICT for a delivery that is sent, suppressed, waiting already, without a channel, to a person erased since
    (R23), or to an endpoint that is disabled or deleted.
    """
    authorize(Right.NOTIFICATIONS, actor)

    async def work() -> None:
        known = await Delivery.get_or_none(id=delivery_id)
        if known is None:
            raise Refusal(not_found("deliveryId"))
        # the person first, in the order in which erasures and changes of address take the same locks
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
        # it is sent by the first e-mail channel that becomes active, which finds it by this reason
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
    """Whether it is mailed to the address of the account; a letter about a change of address has its own address."""
    by_mail = any(each.address_kind == AddressKind.EMAIL for each in runtime.channels if each.name == delivery.channel)
    return by_mail and delivery.topic != Topic.EMAIL_CHANGE
