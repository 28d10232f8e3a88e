"""The fields of an organisation: as a form gives them, and as they are read."""

import strawberry

from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.graphql.node import Node
from capcom_gql.graphql.scalars import EmailAddress

_ABOUT = {name: field.meaning for name, field in ORGANISATION.items()}


@strawberry.input(description="The data of an organisation.")
class OrganisationInput:
    name: str = strawberry.field(description=_ABOUT["name"])
    siret: str | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["siret"])
    kind: str | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["kind"])
    address_lines: list[str] = strawberry.field(description=_ABOUT["address_lines"])
    postal_code: str | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["postal_code"])
    city: str | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["city"])
    country: str | None = strawberry.field(default="FR", description=_ABOUT["country"])
    billing_email: EmailAddress | None = strawberry.field(default=strawberry.UNSET, description=_ABOUT["billing_email"])
    chorus_service_code: str | None = strawberry.field(
        default=strawberry.UNSET, description=_ABOUT["chorus_service_code"]
    )
    chorus_engagement_required: bool | None = strawberry.field(
        default=False, description=_ABOUT["chorus_engagement_required"]
    )


@strawberry.type
class OrganisationFields(Node):
    """The part of `Organisation` that its form fills."""

    name: str = strawberry.field(description=_ABOUT["name"])
    siret: str | None = strawberry.field(description=_ABOUT["siret"])
    kind: str | None = strawberry.field(description=_ABOUT["kind"])
    address_lines: list[str] = strawberry.field(description=_ABOUT["address_lines"])
    postal_code: str | None = strawberry.field(description=_ABOUT["postal_code"])
    city: str | None = strawberry.field(description=_ABOUT["city"])
    country: str = strawberry.field(description=_ABOUT["country"])
    billing_email: EmailAddress | None = strawberry.field(description=_ABOUT["billing_email"])
    chorus_service_code: str | None = strawberry.field(description=_ABOUT["chorus_service_code"])
    chorus_engagement_required: bool = strawberry.field(description=_ABOUT["chorus_engagement_required"])
