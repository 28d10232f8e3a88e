"""A person's fields. This list feeds the forms, the table's row, the API, the import and the exports."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from capcom_gql.domain.refusals import Fault, invalid
from capcom_gql.forms.fields import Column, described, fields_of, read_form
from capcom_gql.forms.kinds import Email, Language, Phone, RequiredText, Text
from capcom_gql.forms.reading import Path, Read
from capcom_gql.languages.locales import CODES, DEFAULT, Locale

MAX_USERS = 50
"""Lines of a list of users that are read; a longer list is one fault."""


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as a form gives them and, once read, in its normal form."""

    email: str = field(
        metadata=described(
            Email(),
            "The address that they sign in and are written to with.",
            Column("email", "the user's address", required=True, of_user=True),
        )
    )
    given_name: str = field(
        metadata=described(
            RequiredText(), "The given name.", Column("given_name", "the user's", required=True, of_user=True)
        )
    )
    family_name: str = field(
        metadata=described(
            RequiredText(), "The family name.", Column("family_name", "the user's", required=True, of_user=True)
        )
    )
    job_title: str | None = field(
        default=None,
        metadata=described(
            Text(), "What they do in their organisation.", Column("job_title", "the user's", of_user=True)
        ),
    )
    phone: str | None = field(
        default=None,
        metadata=described(
            Phone(),
            "Their telephone for text messages, E.164.",
            Column("phone", "international, or national of the organisation's country", of_user=True),
        ),
    )
    locale: str | None = field(
        default=None,
        metadata=described(
            Language(),
            f"The language of their letters: {CODES}.",
            Column("locale", f"{CODES}; empty means {DEFAULT}", of_user=True),
        ),
    )


PERSON = fields_of(PersonForm)
"""Every field of a person by its name, in the order of the form."""


def read_person(path: Path, form: PersonForm, fallback: Locale) -> Read[PersonForm]:
    """Read a person's form. `fallback` is the language of a person for whom the form names none."""
    return with_locale(read_form(path, form, PERSON), fallback)


def with_locale(read: Read[PersonForm], fallback: Locale) -> Read[PersonForm]:
    """The same person, with the fallback as their language where the form names none."""
    return Read(replace(read.partial, locale=read.partial.locale or str(fallback)), read.faults)


def check_count(users: Sequence[object]) -> list[Fault]:
    """The fault INVALID_INPUT, at `users`, of a list of more than `MAX_USERS` users, or an empty list (R6)."""
    return [invalid(("users",), "too_many_users", maximum=MAX_USERS)] if len(users) > MAX_USERS else []


def read_users(users: Sequence[PersonForm], fallback: Locale) -> Read[tuple[PersonForm, ...]]:
    """Read a list of users, in its order; the faults of each are below `users.<index>`.

    A list of more than `MAX_USERS` has the one fault of `check_count`, and its users are not read. `fallback` is the
    language of users for whom the form names none.
    """
    if too_many := check_count(users):
        return Read((), tuple(too_many))
    reads = [read_person(("users", str(index)), user, fallback) for index, user in enumerate(users)]
    return Read(tuple(read.partial for read in reads), tuple(fault for read in reads for fault in read.faults))
