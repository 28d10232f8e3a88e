"""Update one's own profile; fields that are left out stay unchanged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from capcom_gql.access.accounts import lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.letters import AddressKind
from capcom_gql.domain.refusals import Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_NAME, UNCHANGED, Path, Read, RequiredText, TextOrUnchanged, Unchanged
from capcom_gql.forms.person import PERSON
from capcom_gql.storage.engine.database import in_one_transaction

MAX_ADDRESSES = 20
"""The most further addresses of a profile."""
MAX_KIND = 40
"""The most characters of a kind of address."""
MAX_VALUE = 320
"""The most characters of an address."""
# the format of the kinds of address that channels declare
_KIND = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class AddressForm:
    """A further address, for channels that deliver to this kind of address."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class UpdateProfileForm:
    """The fields to change. None clears job title, phone or addresses; addresses are replaced as a whole."""

    given_name: TextOrUnchanged = UNCHANGED
    family_name: TextOrUnchanged = UNCHANGED
    job_title: TextOrUnchanged = UNCHANGED
    phone: TextOrUnchanged = UNCHANGED
    locale: TextOrUnchanged = UNCHANGED
    addresses: tuple[AddressForm, ...] | Literal[Unchanged.UNCHANGED] | None = UNCHANGED


async def update_profile(actor: Actor, form: UpdateProfileForm) -> str:
    """Change fields of the caller's own profile. Returns the person's id.

    Raises Refusal with all faults: FORBIDDEN, INVALID_INPUT at the fields of the form.
    """
    authorize(Right.SELF, actor)
    read = _read(form)
    refuse_if([fault for each in read.values() for fault in each.faults])
    columns = {name: each.value for name, each in read.items()}

    async def work() -> str:
        person = await lock_own_account(actor)
        if columns:
            await person.update_from_dict(columns).save(update_fields=list(columns))
        return person.id

    return await in_one_transaction(work)


def _read(form: UpdateProfileForm) -> dict[str, Read[Any]]:
    """The fields to change, normalised or with their faults, by the names of their columns."""
    given = {name: getattr(form, name, UNCHANGED) for name in PERSON}
    read = {name: PERSON[name].read((), value) for name, value in given.items() if value is not UNCHANGED}
    if form.locale is None:
        read["locale"] = Read(None, (invalid(("locale",), "blank"),))
    if form.addresses is not UNCHANGED:
        read["addresses"] = _read_addresses(form.addresses or ())
    return read


def _read_addresses(addresses: Sequence[AddressForm]) -> Read[list[dict[str, str]]]:
    """The further addresses, or their faults: of the kinds email, phone and url there can be none here."""
    if len(addresses) > MAX_ADDRESSES:
        return Read([], (invalid(("addresses",), "too_many_lines", maximum=MAX_ADDRESSES),))
    faults: list[Fault] = []
    read: dict[str, str] = {}
    for index, address in enumerate(addresses):
        path: Path = ("addresses", str(index))
        kind = address.kind.strip()
        if len(kind) > MAX_KIND or not _KIND.fullmatch(kind) or kind in set(AddressKind):
            faults.append(invalid((*path, "kind"), "bad_address_kind", value=kind[:MAX_NAME]))
        elif kind in read:
            faults.append(invalid((*path, "kind"), "twice_in_list", value=kind))
        value = RequiredText(MAX_VALUE).read((*path, "value"), address.value)
        faults += value.faults
        read[kind] = value.partial
    return Read([{"kind": kind, "value": value} for kind, value in read.items()], tuple(faults))
