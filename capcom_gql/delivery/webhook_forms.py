"""Validation of a webhook endpoint's form: its URL, the kinds of events and its description."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from capcom_gql.domain.events import Kind
from capcom_gql.domain.letters import AddressKind
from capcom_gql.domain.refusals import Code, Fault, invalid
from capcom_gql.forms import MAX_NAME, check_text
from capcom_gql.runtime import Runtime
from capcom_gql.storage.tables.webhooks import MAX_URL

MAX_DESCRIPTION = 1_000
"""The most characters of an endpoint's description."""
_URL = ("url",)


async def url_faults(runtime: Runtime, url: str | None) -> list[Fault]:
    """The fault of a URL, at most one: missing or too long, not an http(s) URL, or refused by an active channel."""
    if faults := check_text(_URL, url, MAX_URL, required=True):
        return faults
    assert url is not None, "a missing one is a fault"
    if not _is_web_address(url.strip()):
        return [invalid(_URL, "bad_url", value=url.strip()[:MAX_NAME])]
    refusal = await runtime.address_fault(AddressKind.URL, url.strip())
    return [] if refusal is None else [Fault(Code.UNSAFE_URL, _URL, "url_refused", {"reason": refusal})]


def kind_faults(kinds: Sequence[str]) -> list[Fault]:
    """The faults of a list of event kinds: unknown ones, or more than there are."""
    known = {kind.value for kind in Kind}
    if len(kinds) > len(known):
        return [invalid(("kinds",), "too_many_lines", maximum=len(known))]
    return [
        invalid(("kinds", str(index)), "unknown_kind", value=kind[:MAX_NAME], known=", ".join(sorted(known)))
        for index, kind in enumerate(kinds)
        if kind not in known
    ]


def description_faults(description: str | None) -> list[Fault]:
    """The fault of a description that is too long."""
    return check_text(("description",), description, MAX_DESCRIPTION)


def normal_kinds(kinds: Sequence[str]) -> list[str]:
    """Each kind once, in the order given."""
    return list(dict.fromkeys(kinds))


def _is_web_address(text: str) -> bool:
    """Whether a text is an absolute http(s) URL. Whether it is safe to call is the channel's decision."""
    if any(character.isspace() or not character.isprintable() for character in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
