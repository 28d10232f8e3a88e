"""Validation of a webhook endpoint's form: its URL, the kinds of events and its description."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import AddressKind
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.forms import MAX_NAME, Read, RequiredText, Text
from capcom_gql.runtime import Runtime
from capcom_gql.storage.tables.webhooks import MAX_URL

MAX_DESCRIPTION = 1_000
"""The most characters of an endpoint's description."""
_URL = ("url",)


async def read_url(runtime: Runtime, given: str) -> Read[str]:
    """A web address, or its fault at `url`.

    INVALID_INPUT for a blank or too long text and for what is no http(s) URL; UNSAFE_URL, with the reason, for one that
    an active channel of kind url refuses. Without such a channel any web address is accepted.
    """
    read = RequiredText(MAX_URL).read(_URL, given)
    if read.faults:
        return read
    url = read.value
    if not _is_web_address(url):
        return Read("", (invalid(_URL, "bad_url", value=url[:MAX_NAME]),))
    refusal = await runtime.address_fault(AddressKind.URL, url)
    return read if refusal is None else Read("", (Fault(Code.UNSAFE_URL, _URL, "url_refused", {"reason": refusal}),))


def read_kinds(kinds: Sequence[str]) -> Read[list[str]]:
    """Each kind once, in the order given, or the faults INVALID_INPUT of those that no event has.

    They are at `kinds.<index>`; a list longer than there are kinds has one fault, at `kinds`, and is not read.
    """
    known = {kind.value for kind in Kind}
    if len(kinds) > len(known):
        return Read([], (invalid(("kinds",), "too_many_lines", maximum=len(known)),))
    faults = [
        invalid(("kinds", str(index)), "unknown_kind", value=kind[:MAX_NAME], known=", ".join(sorted(known)))
        for index, kind in enumerate(kinds)
        if kind not in known
    ]
    return Read(list(dict.fromkeys(kinds)), tuple(faults))


def read_description(description: str | None) -> Read[str | None]:
    """The description without spaces around it, None for a blank one.

    One of more than MAX_DESCRIPTION characters has the fault INVALID_INPUT at `description`.
    """
    return Text(MAX_DESCRIPTION).read(("description",), description)


def _is_web_address(text: str) -> bool:
    """Whether a text is an absolute http(s) URL. Whether it is safe to call is the channel's decision."""
    if any(character.isspace() or not character.isprintable() for character in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
