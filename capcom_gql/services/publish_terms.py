"""Publish a version of the terms of use, which is in force from then on (R19)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from capcom_gql.access.authorize import authorize
from capcom_gql.domain.events import Kind
from capcom_gql.domain.refusals import Code, Fault, Refusal, invalid, refuse_if
from capcom_gql.domain.rights import Actor, Right
from capcom_gql.forms import MAX_NAME, Read, RequiredText
from capcom_gql.runtime import Runtime
from capcom_gql.storage import ids
from capcom_gql.storage.engine.database import in_one_transaction
from capcom_gql.storage.event_log import NewEvent, record
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import TermsOfUse
from capcom_gql.subscription.catalogue import current_terms

MAX_VERSION = 40
"""The most characters of a version."""
MAX_URL = 2_000
"""The most characters of the address of the text."""


@dataclass(frozen=True, slots=True)
class PublishTermsForm:
    """The name of the version, and the web address of its text."""

    version: str
    url: str


@dataclass(frozen=True, slots=True)
class TermsPublished:
    """The version that is in force now."""

    terms_id: str


async def publish_terms(runtime: Runtime, actor: Actor, form: PublishTermsForm) -> TermsPublished:
    """Publish a version that was never published before; with the current one and its address it is idempotent.

    Raises Refusal: FORBIDDEN, INVALID_INPUT at `version` or `url`, CONFLICT at `version` for one published before.
    """
    authorize(Right.ADMINISTRATION, actor)
    read, url = _read_version(form.version), form.url.strip()
    unlike = [] if _is_web_address(url) else [invalid(("url",), "bad_url", value=form.url[:MAX_NAME])]
    refuse_if([*read.faults, *unlike])
    version = read.value

    async def work() -> TermsPublished:
        same, current, now = await TermsOfUse.get_or_none(version=version), await current_terms(), await product_now()
        if same is not None:
            if (current.id, current.url) == (same.id, url):
                return TermsPublished(same.id)
            raise Refusal(Fault(Code.CONFLICT, ("version",), "terms_published", {"version": version}))
        # the latest is in force, so this one must be later even if the product's clock was set back
        published_at = max(now, current.published_at + timedelta(microseconds=1))
        terms = await TermsOfUse.create(
            id=ids.new_id(ids.TERMS_OF_USE), version=version, url=url, published_at=published_at
        )
        entry = NewEvent(Kind.TERMS_PUBLISHED, {"version": version}, subject_id=terms.id)
        await record(entry, actor=actor, now=now, channels=runtime.channels)
        return TermsPublished(terms.id)

    return await in_one_transaction(work)


def _read_version(version: str) -> Read[str]:
    read = RequiredText(MAX_VERSION).read(("version",), version)
    return read if read.partial.isprintable() else Read("", (invalid(("version",), "bad_version"),))


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    if len(text) > MAX_URL or not text.isprintable() or re.search(r"\s", text):
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
