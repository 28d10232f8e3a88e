"""What a form says is parsed once, however many rules, columns and letters are made of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import email_validator
import phonenumbers
import pytest
import stdnum.fr.siret

from capcom_gql.domain.rights import ANONYMOUS
from capcom_gql.forms import OrganisationForm
from capcom_gql.languages.locales import FRENCH
from capcom_gql.services.subscribe import subscribe
from capcom_gql.services.update_organisation import UpdateOrganisationForm, update_organisation
from capcom_gql.storage.tables import Organisation
from tests.databases import ONLY_SQLITE
from tests.services.house import Service, form, person
from tests.services.spreadsheet import OTHER_SIRET, SIRET, VILLE, bring_in, outcomes, users

pytestmark = ONLY_SQLITE
SPACED = "732 829 320 00074"
VILLE_FORM = OrganisationForm("Ville", siret=SPACED, billing_email="compta@ville.example")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the libraries that parse SIRETs, addresses and telephones were given each text."""
    counts: Counter[str] = Counter()

    def counted(parse: Callable[..., Any]) -> Callable[..., Any]:
        def count(text: str, *more: Any, **options: Any) -> Any:
            counts[text] += 1
            return parse(text, *more, **options)

        return count

    for library, name in ((stdnum.fr.siret, "validate"), (email_validator, "validate_email"), (phonenumbers, "parse")):
        monkeypatch.setattr(library, name, counted(getattr(library, name)))
    return counts


async def test_a_sign_up(service: Service, parsed: Counter[str]) -> None:
    asked = form("ana", "bob", organisation=VILLE_FORM)
    asked = replace(asked, users=(replace(asked.users[0], phone="+33 6 12 34 56 78"), asked.users[1]))
    await subscribe(service.runtime, ANONYMOUS, asked, FRENCH)
    assert await Organisation.filter(siret=SIRET).count() == 1
    names = ("ana", "bob", "sig", "compta")
    assert parsed == {SPACED: 1, "+33 6 12 34 56 78": 1, **{f"{name}@ville.example": 1 for name in names}}


async def test_a_sign_up_that_names_a_known_organisation_twice(service: Service, parsed: Counter[str]) -> None:
    await service.subscribe("ana", organisation=VILLE_FORM)
    known = await Organisation.get()
    parsed.clear()
    asked = form("bob", organisation=VILLE_FORM, organisation_id=known.id, signer=person("sig", phone="1"))
    with pytest.raises(Exception, match="ALREADY_SUBSCRIBED"):
        await subscribe(service.runtime, ANONYMOUS, asked, FRENCH)
    assert parsed[SPACED] == 1 and parsed["1"] == 1


async def test_an_update(service: Service, parsed: Counter[str]) -> None:
    await service.subscribe("ana")
    asked = UpdateOrganisationForm((await Organisation.get()).id, VILLE_FORM)
    parsed.clear()
    await update_organisation(service.runtime, service.staff, asked)
    assert parsed == {SPACED: 1, "compta@ville.example": 1}


async def test_an_import(service: Service, parsed: Counter[str]) -> None:
    """A SIRET stands on every line of its organisation, and is what they are grouped by."""
    rows = users("ana", "bob", "cleo", phone="06 12 34 56 78")
    rows[2]["siret"] = SPACED
    rows += users("dan", of={**VILLE, "siret": OTHER_SIRET, "billing_email": ""})
    assert outcomes(await bring_in(service, *rows)) == ["IMPORTED"] * 2
    names = ("ana", "bob", "cleo", "dan", "compta")
    once = dict.fromkeys((SIRET, SPACED, OTHER_SIRET, *(f"{name}@ville.example" for name in names)), 1)
    assert parsed == {**once, "06 12 34 56 78": 3}
