"""The syntax of forms: addresses, phones, SIRET, lengths. Every fault is reported at once, at its path."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Literal, TypeAlias

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberFormat
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from capcom_gql.domain.refusals import Fault, invalid
from capcom_gql.languages.locales import Locale, locale_of


class Unchanged(Enum):
    """What a form does not mention."""

    UNCHANGED = "STAYS"


UNCHANGED: Final = Unchanged.UNCHANGED

TextOrUnchanged: TypeAlias = str | Literal[Unchanged.UNCHANGED] | None

Path = tuple[str, ...]

MAX_NAME = 200

MAX_LINE = 300

MAX_LINES = 6

MAX_PRICE_MINOR = 100_000_000

MAX_USERS = 50

MAX_EMAIL = 320

MAX_MESSAGE = 4_000


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as a form gives them."""

    email: str
    given_name: str
    family_name: str
    job_title: str | None = None
    phone: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationForm:
    """An organisation as a form gives it."""

    name: str
    siret: str | None = None
    kind: str | None = None
    address_lines: tuple[str, ...] = ()
    postal_code: str | None = None
    city: str | None = None
    country: str = "FR"
    billing_email: str | None = None
    chorus_service_code: str | None = None
    chorus_engagement_required: bool = False


def check_text(path: Path, text: str | None, maximum: int = MAX_NAME, *, required: bool = False) -> list[Fault]:
    """The fault of a text that is blank where it must not be, or too long."""
    if text is None or not text.strip():
        return [invalid(path, "blank")] if required else []
    return [invalid(path, "too_long", maximum=maximum)] if len(text.strip()) > maximum else []


def check_email(path: Path, email: str) -> list[Fault]:
    """The fault of what is no address; whether anyone reads it is not asked."""
    if not email.strip():
        return [invalid(path, "blank")]
    fault = [invalid(path, "bad_email", value=email[:MAX_NAME])]
    if len(email) > MAX_EMAIL:
        return fault
    try:
        domain = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False).ascii_domain
    except EmailNotValidError:
        return fault
    return [] if "." in domain else fault


def compared(email: str) -> str:
    """An address as lists are searched for it; one that is too long to be any is not read to its end."""
    return email[:MAX_EMAIL]


def normal_phone(phone: str) -> str | None:
    """A phone in E.164 form, None for what is no possible international number."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def check_person(path: Path, person: PersonForm) -> list[Fault]:
    """The faults of one person's lines."""
    faults = [
        *check_email((*path, "email"), person.email),
        *check_text((*path, "givenName"), person.given_name, required=True),
        *check_text((*path, "familyName"), person.family_name, required=True),
        *check_text((*path, "jobTitle"), person.job_title),
    ]
    if person.phone is not None and normal_phone(person.phone) is None:
        faults.append(invalid((*path, "phone"), "bad_phone", value=person.phone[:MAX_NAME]))
    if person.locale is not None and locale_of(person.locale) is None:
        faults.append(invalid((*path, "locale"), "bad_locale", value=person.locale[:MAX_NAME]))
    return faults


def check_users(users: Sequence[PersonForm]) -> list[Fault]:
    """The faults of every line of a list of users; a list beyond all reason is not read line by line."""
    if len(users) > MAX_USERS:
        return [invalid(("users",), "too_many_users", maximum=MAX_USERS)]
    return [fault for index, user in enumerate(users) for fault in check_person(("users", str(index)), user)]


def normal_person(person: PersonForm, fallback: Locale) -> PersonForm:
    """A person's lines without stray spaces, the phone in E.164, the language one of ours."""
    return replace(
        person,
        email=person.email.strip(),
        given_name=person.given_name.strip(),
        family_name=person.family_name.strip(),
        job_title=_kept(person.job_title),
        phone=None if person.phone is None else normal_phone(person.phone),
        locale=locale_of(person.locale) or fallback,
    )


def check_organisation(path: Path, organisation: OrganisationForm) -> list[Fault]:
    """The faults of an organisation's lines; the SIRET must check (13 digits and a check digit, La Poste aside)."""
    faults = [
        *check_text((*path, "name"), organisation.name, MAX_LINE, required=True),
        *check_text((*path, "kind"), organisation.kind, 100),
        *check_text((*path, "postalCode"), organisation.postal_code, 20),
        *check_text((*path, "city"), organisation.city),
        *check_text((*path, "chorusServiceCode"), organisation.chorus_service_code, 100),
    ]
    if organisation.siret is not None and normal_siret(organisation.siret) is None:
        faults.append(invalid((*path, "siret"), "bad_siret", value=organisation.siret[:MAX_NAME]))
    if len(organisation.address_lines) > MAX_LINES:
        faults.append(invalid((*path, "addressLines"), "too_many_lines", maximum=MAX_LINES))
    for index, line in enumerate(organisation.address_lines[:MAX_LINES]):
        faults += check_text((*path, "addressLines", str(index)), line, MAX_LINE)
    country = organisation.country.strip()
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        faults.append(invalid((*path, "country"), "bad_country", value=organisation.country[:MAX_NAME]))
    if organisation.billing_email is not None:
        faults += check_email((*path, "billingEmail"), organisation.billing_email)
    return faults


def normal_siret(text: str) -> str | None:
    """The 14 digits of a SIRET, None for what does not check."""
    if len(text) > MAX_NAME:
        return None
    try:
        return str(siret_number.validate(text))
    except ValidationError:
        return None


def normal_organisation(organisation: OrganisationForm) -> OrganisationForm:
    """An organisation's lines without stray spaces and empty lines."""
    return replace(
        organisation,
        name=organisation.name.strip(),
        siret=None if organisation.siret is None else normal_siret(organisation.siret),
        kind=_kept(organisation.kind),
        address_lines=tuple(line.strip() for line in organisation.address_lines if line.strip()),
        postal_code=_kept(organisation.postal_code),
        city=_kept(organisation.city),
        country=organisation.country.strip().upper(),
        billing_email=_kept(organisation.billing_email),
        chorus_service_code=_kept(organisation.chorus_service_code),
    )


def _kept(text: str | None) -> str | None:
    return (text or "").strip() or None
