"""What is known of an organisation."""

from typing import Annotated

import strawberry

from capcom_gql.graphql.context import Info
from capcom_gql.graphql.fields import resolved
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.forms import FORM, OrganisationInput
from capcom_gql.graphql.mutations.payload import Payload
from capcom_gql.graphql.types.subscription import Organisation
from capcom_gql.services import update_organisation


@strawberry.input(description="An organisation's form, sent anew as a whole: what it leaves out is no longer known.")
class UpdateOrganisationInput:
    organisation_id: strawberry.ID = strawberry.field(description="The organisation's id.")
    organisation: OrganisationInput = strawberry.field(description="Everything that is known of it from now on.")


@strawberry.type(description="The answer of updateOrganisation.")
class UpdateOrganisationPayload(Payload):
    organisation: Organisation | None = strawberry.field(
        default=None, description="The organisation as it is recorded now; null where refused."
    )


@strawberry.type
class Organisations:
    """The mutation of an organisation's form."""

    @resolved("Update what is known of an organisation, whether or not its subscription is live.")
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
