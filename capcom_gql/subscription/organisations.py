"""Create organisations from forms, with the columns by which they are searched and ordered (R1)."""

from datetime import datetime
from typing import Any

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.rights import Actor
from capcom_gql.forms import OrganisationForm
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.columns import folded
from capcom_gql.storage.event_log import NewDelivery, NewEvent, record, to_support
from capcom_gql.storage.tables import Organisation


def columns_of(given: OrganisationForm) -> dict[str, Any]:
    """The columns of `Organisation` that a form in its normal form fills, in the order of the form."""
    values = {name: getattr(given, name) for name in ORGANISATION}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def folded_columns_of(given: OrganisationForm) -> dict[str, Any]:
    """The columns by which an organisation is ordered by name and searched; from a normalised form."""
    return {
        "name_folded": folded(given.name),
        "search_folded": folded(" ".join(filter(None, (given.name, given.city, given.postal_code, given.siret)))),
    }


async def new_organisation(runtime: Runtime, actor: Actor, given: OrganisationForm, now: datetime) -> Organisation:
    """Create the organisation that a form in its normal form describes. `now` is of the product's clock.

    Without a SIRET, organisations with the same name and postal code are reported to staff as possible duplicates (R1).
    """
    folded_columns = folded_columns_of(given)
    similar: list[str] = []
    if given.siret is None and given.postal_code is not None:
        alike = Organisation.filter(name_folded=folded_columns["name_folded"], postal_code=given.postal_code)
        similar = [each.id for each in await alike.order_by("id")]
    organisation = await Organisation.create(
        id=ids.new_id(ids.ORGANISATION), created_at=now, **columns_of(given), **folded_columns
    )
    if similar:
        about = {"organisation_id": organisation.id}
        notice = NewDelivery(Topic.STAFF_NOTICE, to_support(runtime.support_email), now, organisation.id, about)
        entry = NewEvent(
            Kind.DUPLICATE_SUSPECTED,
            {"similar_organisation_ids": list(similar)},
            organisation_id=organisation.id,
            subject_id=organisation.id,
            deliveries=[notice],
        )
        await record(entry, actor=actor, now=now, channels=runtime.channels)
    return organisation
