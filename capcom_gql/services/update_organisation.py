"""Update an organisation with a whole new form, whether or not its subscription is live (R1, R21)."""

from dataclasses import dataclass

from capcom_gql import forms
from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import OrganisationForm, Read
from capcom_gql.forms.organisation import ORGANISATION
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Organisation, Subscription
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.organisations import columns_of, folded_columns_of


@dataclass(frozen=True, slots=True)
class UpdateOrganisationForm:
    """Which organisation to update, and all its data from now on."""

    organisation_id: str
    organisation: OrganisationForm


@dataclass(frozen=True, slots=True)
class OrganisationUpdated:
    """The updated organisation."""

    organisation_id: str


async def update_organisation(runtime: Runtime, actor: Actor, form: UpdateOrganisationForm) -> OrganisationUpdated:
    """Replace the data of an organisation by the form; what it leaves out is cleared.

    The event names the fields that changed, not their values; without a change none is recorded. Raises Refusal with
    all faults: NOT_FOUND, FORBIDDEN, INVALID_INPUT, CONFLICT at `organisation.siret` where another one has it.
    """
    authorize(Right.MANAGE_SEATS, actor)
    read = forms.read_organisation(("organisation",), form.organisation)

    async def work() -> OrganisationUpdated:
        subscription = await Subscription.get_or_none(organisation_id=form.organisation_id)
        locked = None if subscription is None else await lock_subscription(runtime, subscription.id)
        organisation = await Organisation.filter(id=form.organisation_id).select_for_update().first()
        if organisation is None:
            raise Refusal(not_found("organisationId"))
        await authorize_now(Right.MANAGE_SEATS, actor, organisation.id, "organisationId")
        refuse_if(await _faults(runtime, organisation, read))
        if changed := await _take_over(organisation, read.value):
            entry = NewEvent(
                Kind.ORGANISATION_UPDATED,
                {"fields": [ORGANISATION[column].api_name for column in changed]},
                organisation_id=organisation.id,
                subject_id=organisation.id,
            )
            now = await product_now() if locked is None else locked.now
            await record(entry, actor=actor, now=now, channels=runtime.channels)
        if locked is not None:
            await locked.schedule()
        return OrganisationUpdated(organisation.id)

    return await in_one_transaction(work)


async def _faults(runtime: Runtime, organisation: Organisation, read: Read[OrganisationForm]) -> list[Fault]:
    faults, siret = list(read.faults), read.partial.siret
    if siret is not None and await Organisation.filter(siret=siret).exclude(id=organisation.id).exists():
        path = ("organisation", "siret")
        faults.append(Fault(Code.CONFLICT, path, "siret_taken", {"support": runtime.support_email}))
    return faults


async def _take_over(organisation: Organisation, given: OrganisationForm) -> list[str]:
    """Save the form. Returns the columns that changed, in the order of the form."""
    columns = columns_of(given)
    changed = [column for column, value in columns.items() if getattr(organisation, column) != value]
    if changed:
        # the folded columns are derived from the others
        organisation.update_from_dict(columns | folded_columns_of(given))
        await organisation.save(update_fields=[*columns, *folded_columns_of(given)])
    return changed
