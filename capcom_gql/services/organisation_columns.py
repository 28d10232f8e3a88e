"""The columns of an organisation that a form fills, those that it is searched and ordered by among them."""

from typing import Any

from capcom_gql.services.forms import OrganisationForm
from capcom_gql.storage.columns import folded


def columns_of(given: OrganisationForm) -> dict[str, Any]:
    """What a form in its normal form says, column by column, in the order of the form."""
    return {
        "name": given.name,
        "siret": given.siret,
        "kind": given.kind,
        "address_lines": list(given.address_lines),
        "postal_code": given.postal_code,
        "city": given.city,
        "country": given.country,
        "billing_email": given.billing_email,
        "chorus_service_code": given.chorus_service_code,
        "chorus_engagement_required": given.chorus_engagement_required,
    }


def folded_columns_of(given: OrganisationForm) -> dict[str, Any]:
    """By what an organisation is ordered, and found."""
    return {
        "name_folded": folded(given.name),
        "search_folded": folded(" ".join(filter(None, (given.name, given.city, given.postal_code, given.siret)))),
    }
