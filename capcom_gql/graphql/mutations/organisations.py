"""The mutation that updates an organisation's data (R1, R21)."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.payload import FORM, Payload
from capcom_gql.graphql.types.organisation import OrganisationInput
from capcom_gql.graphql.types.subscription import Organisation
from capcom_gql.services import update_organisation


@strawberry.input(description="The data of an organisation as a whole: what is left out is cleared.")
class UpdateOrganisationInput:
    organisation_id: strawberry.ID = strawberry.field(description="The id of the organisation.")
    organisation: OrganisationInput = strawberry.field(description="All its data from now on.")


@strawberry.type(description="The payload of updateOrganisation.")
class UpdateOrganisationPayload(Payload):
    organisation: Organisation | None = strawberry.field(
        default=None, description="The organisation as it is now; null where refused."
    )


@strawberry.type
class Organisations:
    """The mutation of an organisation's data."""

    @resolved(
        "Replace the data of an organisation, whether or not its subscription is live. For its manager, staff, and API "
        "keys with ORGANISATIONS_WRITE."
    )
    async def update_organisation(
        self, info: Info, input: Annotated[UpdateOrganisationInput, FORM]
    ) -> UpdateOrganisationPayload | None:
        context = info.context
        done = await update_organisation.update_organisation(
            context.runtime, context.actor, form_of(input, update_organisation.UpdateOrganisationForm)
        )
        row = await context.loaders.organisation.load(done.organisation_id)
        assert row is not None, "an organisation is never deleted"
        return UpdateOrganisationPayload(organisation=Organisation.of(row))
