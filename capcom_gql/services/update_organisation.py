"""Update an organisation: its manager or staff send the whole form anew, whether or not it is subscribed (R1, R21)."""

from dataclasses import dataclass

from capcom_gql import forms
from capcom_gql.access.authorize import authorize, authorize_now
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, Refusal, not_found, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import OrganisationForm
from capcom_gql.runtime import Runtime
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Organisation, Subscription
from capcom_gql.subscription.calendar import lock_subscription
from capcom_gql.subscription.organisations import columns_of, folded_columns_of


@dataclass(frozen=True, slots=True)
class UpdateOrganisationForm:
    """The organisation, and everything that is known of it from now on."""

    organisation_id: str
    organisation: OrganisationForm


@dataclass(frozen=True, slots=True)
class OrganisationUpdated:
    """The organisation as the form says it is."""

    organisation_id: str


async def update_organisation(runtime: Runtime, actor: Actor, form: UpdateOrganisationForm) -> OrganisationUpdated:
    """Take over the form as a whole: what it leaves out is no longer known. Raises Refusal with all its faults.

    The event names the fields that changed, never what they hold; a form that changes nothing records nothing.
    """
    authorize(Right.MANAGE_SEATS, actor)

    async def work() -> OrganisationUpdated:
        subscription = await Subscription.get_or_none(organisation_id=form.organisation_id)
        locked = None if subscription is None else await lock_subscription(runtime, subscription.id)
        organisation = await Organisation.filter(id=form.organisation_id).select_for_update().first()
        if organisation is None:
            raise Refusal(not_found("organisationId"))
        await authorize_now(Right.MANAGE_SEATS, actor, organisation.id, "organisationId")
        refuse_if(await _faults(runtime, organisation, form.organisation))
        if changed := await _take_over(organisation, form.organisation):
            entry = NewEvent(
                Kind.ORGANISATION_UPDATED,
                {"fields": [_as_in_the_form(column) for column in changed]},
                organisation_id=organisation.id,
                subject_id=organisation.id,
            )
            now = await product_now() if locked is None else locked.now
            await record(entry, actor=actor, now=now, channels=runtime.channels)
        if locked is not None:
            await locked.schedule()
        return OrganisationUpdated(organisation.id)

    return await in_one_transaction(work)


async def _faults(runtime: Runtime, organisation: Organisation, form: OrganisationForm) -> list[Fault]:
    faults = forms.check_organisation(("organisation",), form)
    siret = None if form.siret is None else forms.normal_siret(form.siret)
    if siret is not None and await Organisation.filter(siret=siret).exclude(id=organisation.id).exists():
        path = ("organisation", "siret")
        faults.append(Fault(Code.CONFLICT, path, "siret_taken", {"support": runtime.support_email}))
    return faults


async def _take_over(organisation: Organisation, form: OrganisationForm) -> list[str]:
    """The columns that the form has changed, in its order."""
    given = forms.normal_organisation(form)
    columns = columns_of(given)
    changed = [column for column, value in columns.items() if getattr(organisation, column) != value]
    if changed:
        # what it is searched by goes with what it is made from
        organisation.update_from_dict(columns | folded_columns_of(given))
        await organisation.save(update_fields=[*columns, *folded_columns_of(given)])
    return changed


def _as_in_the_form(column: str) -> str:
    """The field of the API's form behind a column: postal_code is postalCode."""
    first, *others = column.split("_")
    return first + "".join(word.capitalize() for word in others)
