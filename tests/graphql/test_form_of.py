"""How inputs become forms: by the names of their fields, and as the forms' annotations say."""

import importlib
import pkgutil
import typing
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum

import pytest
import strawberry

from capcom_gql import services
from capcom_gql.forms import UNCHANGED, OrganisationForm, TextOrUnchanged
from capcom_gql.graphql import mutations
from capcom_gql.graphql.form_of import form_of
from capcom_gql.graphql.mutations.seats import AddSeatsInput
from capcom_gql.graphql.scalars import EmailAddress
from capcom_gql.graphql.types.organisation import OrganisationInput
from capcom_gql.graphql.types.person import PersonInput
from capcom_gql.services import privacy
from capcom_gql.services.add_seats import AddSeatsForm


class Colour(Enum):
    RED = "RED"


@dataclass
class Given:
    text: object = strawberry.UNSET
    optional: object = strawberry.UNSET
    nameless: object = strawberry.UNSET
    flag: object = strawberry.UNSET
    lines: object = strawberry.UNSET
    line: object = strawberry.UNSET
    colour: object = strawberry.UNSET
    colour_name: object = strawberry.UNSET


@dataclass(frozen=True)
class Taken:
    optional: str | None
    text: str = "default"
    nameless: str | None = "nobody"
    flag: bool = True
    lines: tuple[str, ...] = ()
    line: TextOrUnchanged = UNCHANGED
    colour: Colour | None = None
    colour_name: str = ""


def test_what_is_left_out_takes_the_default_or_is_none() -> None:
    assert form_of(Given(), Taken) == Taken(None)


def test_a_null_is_kept_where_the_form_takes_one_and_else_means_the_default() -> None:
    given = Given(None, None, None, None, None, None, None, None)
    assert form_of(given, Taken) == Taken(None, nameless=None, line=None)


def test_what_is_given_is_taken() -> None:
    given = Given("a", "b", "c", False, ["d", "e"], "f", Colour.RED, Colour.RED)
    assert form_of(given, Taken) == Taken("b", "a", "c", False, ("d", "e"), "f", Colour.RED, "RED")


def test_a_field_may_have_another_name() -> None:
    @dataclass(frozen=True)
    class Renamed:
        since: str | None = None

    @dataclass
    class From:
        from_: str = "2027"

    assert form_of(From(), Renamed, since="from_") == Renamed("2027")


def test_inputs_inside_are_forms_of_their_own() -> None:
    users = [
        PersonInput(email=EmailAddress(f"{name}@ville.example"), given_name=name, family_name="Silva")
        for name in ("ana", "bob")
    ]
    form = form_of(
        AddSeatsInput(subscription_id=strawberry.ID("sub_1"), users=users, idempotency_key="k"), AddSeatsForm
    )
    assert (form.subscription_id, [user.email for user in form.users]) == (
        "sub_1",
        ["ana@ville.example", "bob@ville.example"],
    )
    assert [user.locale for user in form.users] == [None, None]
    assert hash(form), "lists have become tuples"


def test_an_organisation_without_a_country_is_in_france() -> None:
    for country in ({}, {"country": None}, {"country": strawberry.UNSET}):
        given = OrganisationInput(name="Ville", address_lines=[], chorus_engagement_required=None, **country)
        assert form_of(given, OrganisationForm) == OrganisationForm("Ville")


def test_an_input_and_a_form_that_differ_are_a_mistake_of_ours() -> None:
    ana = PersonInput(email=EmailAddress("ana@ville.example"), given_name="Ana", family_name="Silva")
    with pytest.raises(TypeError, match=r"^PersonInput and OrganisationForm differ in address_lines, .*siret"):
        form_of(ana, OrganisationForm)


def classes_of(package: typing.Any) -> dict[str, type[typing.Any]]:
    """Every data class of a package's modules, by its name."""
    modules = [
        importlib.import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)
    ]
    found = [each for module in modules for each in vars(module).values()]
    return {each.__name__: each for each in found if isinstance(each, type) and is_dataclass(each)}


FORMS = classes_of(services) | classes_of(privacy)
INPUTS = {name: each for name, each in classes_of(mutations).items() if name.endswith("Input")}
NO_FORM = {
    "DeleteWebhookEndpointInput": "an id alone",
    "RetryDeliveryInput": "an id alone",
    "RotateWebhookSecretInput": "an id alone",
    "DiscountCheckInput": "a question",
    "ServiceAccessInput": "a question",
}


@pytest.mark.parametrize("name", sorted(INPUTS.keys() - NO_FORM.keys()))
def test_every_input_has_the_fields_of_its_form(name: str) -> None:
    form = FORMS[name.replace("Input", "Form")]
    assert {each.name for each in fields(INPUTS[name])} == {each.name for each in fields(form)}
