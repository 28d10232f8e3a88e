"""Update one's own profile: a line left out stays as it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from capcom_gql.access.accounts import lock_own_account
from capcom_gql.access.authorize import authorize
from capcom_gql.domain.letters import AddressKind
from capcom_gql.domain.refusals import Fault, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_NAME, UNCHANGED, Path, TextOrUnchanged, Unchanged, check_text, normal_phone
from capcom_gql.languages.locales import locale_of
from capcom_gql.storage.engine.database import in_one_transaction

MAX_ADDRESSES = 20
MAX_KIND = 40
MAX_VALUE = 320
# the form in which channels name a kind of address
_KIND = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class AddressForm:
    """An address for channels of one kind."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class UpdateProfileForm:
    """The lines that change. None clears the job title, the phone, the addresses; addresses are replaced whole."""

    given_name: TextOrUnchanged = UNCHANGED
    family_name: TextOrUnchanged = UNCHANGED
    job_title: TextOrUnchanged = UNCHANGED
    phone: TextOrUnchanged = UNCHANGED
    locale: TextOrUnchanged = UNCHANGED
    addresses: tuple[AddressForm, ...] | Literal[Unchanged.UNCHANGED] | None = UNCHANGED


async def update_profile(actor: Actor, form: UpdateProfileForm) -> str:
    """Change the caller's own lines. Returns the person's id. Raises Refusal with all the form's faults."""
    authorize(Right.SELF, actor)
    refuse_if(_faults(form))
    columns = _columns(form)

    async def work() -> str:
        person = await lock_own_account(actor)
        if columns:
            await person.update_from_dict(columns).save(update_fields=list(columns))
        return person.id

    return await in_one_transaction(work)


def _faults(form: UpdateProfileForm) -> list[Fault]:
    faults = []
    for path, name in ((("givenName",), form.given_name), (("familyName",), form.family_name)):
        if name is not UNCHANGED:
            faults += check_text(path, name, required=True)
    if form.job_title is not UNCHANGED:
        faults += check_text(("jobTitle",), form.job_title)
    if isinstance(form.phone, str) and normal_phone(form.phone) is None:
        faults.append(invalid(("phone",), "bad_phone", value=form.phone[:MAX_NAME]))
    if form.locale is None:
        faults.append(invalid(("locale",), "blank"))
    elif form.locale is not UNCHANGED and locale_of(form.locale) is None:
        faults.append(invalid(("locale",), "bad_locale", value=form.locale[:MAX_NAME]))
    if form.addresses is not UNCHANGED:
        faults += _address_faults(form.addresses or ())
    return faults


def _address_faults(addresses: Sequence[AddressForm]) -> list[Fault]:
    """Kinds are what channels name: the e-mail address and the phone have lines of their own, and web addresses are
    the webhook endpoints'.
    """
    if len(addresses) > MAX_ADDRESSES:
        return [invalid(("addresses",), "too_many_lines", maximum=MAX_ADDRESSES)]
    faults = []
    seen: set[str] = set()
    for index, address in enumerate(addresses):
        path: Path = ("addresses", str(index))
        kind = address.kind.strip()
        if len(kind) > MAX_KIND or not _KIND.fullmatch(kind) or kind in set(AddressKind):
            faults.append(invalid((*path, "kind"), "bad_address_kind", value=kind[:MAX_NAME]))
        elif kind in seen:
            faults.append(invalid((*path, "kind"), "twice_in_list", value=kind))
        seen.add(kind)
        faults += check_text((*path, "value"), address.value, MAX_VALUE, required=True)
    return faults


def _columns(form: UpdateProfileForm) -> dict[str, object]:
    """What is to be written, in its normal form."""
    locale = locale_of(form.locale) if isinstance(form.locale, str) else None
    addresses = () if form.addresses is None or form.addresses is UNCHANGED else form.addresses
    lines: dict[str, object] = {
        "given_name": _kept(form.given_name),
        "family_name": _kept(form.family_name),
        "job_title": _kept(form.job_title),
        "phone": normal_phone(form.phone) if isinstance(form.phone, str) else form.phone,
        "locale": UNCHANGED if locale is None else locale,
        "addresses": UNCHANGED
        if form.addresses is UNCHANGED
        else [{"kind": each.kind.strip(), "value": each.value.strip()} for each in addresses],
    }
    return {column: value for column, value in lines.items() if value is not UNCHANGED}


def _kept(line: TextOrUnchanged) -> TextOrUnchanged:
    return line.strip() or None if isinstance(line, str) else line
