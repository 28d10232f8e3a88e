"""`capcom plugins send-test`: send one test message by one channel, and print the outcome."""

import asyncio
import html
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capcom_gql.notifiers.contract import Message
    from capcom_gql.notifiers.registry import ChannelInfo, Registry
    from capcom_gql.notifiers.sending import Outcome

TOPIC = "test"
"""`Message.topic` of the test letter."""
EVENT_KIND = "endpoint.test"
"""The kind of the test event for a webhook endpoint."""


def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel that `capcom plugins list` shows.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The recipient: an address of the channel's kind.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send a test message now. Nothing is recorded, and a failure is not retried."""
    from capcom_gql.cli.failures import Stop
    from capcom_gql.cli.screen import show, show_json
    from capcom_gql.logs import to_standard_error
    from capcom_gql.notifiers import loader
    from capcom_gql.notifiers.sending import OutcomeKind
    from capcom_gql.settings import load

    settings = load()
    to_standard_error(as_objects=settings.is_production)
    registry = loader.load(settings)
    try:
        message = _message(_active(registry, channel), address)
        outcome = asyncio.run(registry.send(channel, message))
    finally:
        registry.close()
    if as_json:
        show_json(
            {
                "channel": channel,
                "address": address,
                "messageId": message.id,
                "outcome": outcome.kind.value,
                "providerId": outcome.provider_id,
                "reason": outcome.reason,
                "retryAfter": outcome.retry_after,
                "durationMs": outcome.duration_ms,
                "key": message.keys[0] if message.keys else None,
            }
        )
    else:
        for key in message.keys:
            show(f"signed with {key}")
        if outcome.kind is OutcomeKind.SENT:
            show(_sentence(channel, address, message, outcome))
    if outcome.kind is not OutcomeKind.SENT:
        raise Stop(f"{_MEANING.get(outcome.kind.value, 'Not sent')}. {outcome.reason}")


_MEANING = {
    "RETRY": "Not sent, but another attempt may succeed: a letter would be sent again later",
    "FAILED": "Not sent, and another attempt would fail too: a letter would fail",
    "HELD": "Not sent: a letter would wait until the channel's settings are corrected",
}


def _sentence(channel: str, address: str, message: "Message", outcome: "Outcome") -> str:
    called = f", provider's id {outcome.provider_id}" if outcome.provider_id else ""
    return f"sent by {channel} to {address} in {outcome.duration_ms} ms: {message.id}{called}"


def _active(registry: "Registry", name: str) -> "ChannelInfo":
    from capcom_gql.cli.failures import Stop

    found = [each for each in registry.entries if each.name == name]
    for entry in registry.active():
        if entry.name == name:
            return entry
    for entry in found:
        raise Stop(f"{name} is {entry.state.value} and sends nothing: {entry.reason}")
    known = ", ".join(sorted({each.name for each in registry.entries}))
    raise Stop(f"There is no channel {name}; `capcom plugins list` shows {known or 'none'}.")


def _message(entry: "ChannelInfo", address: str) -> "Message":
    from capcom_gql.access.tokens import new_signing_secret
    from capcom_gql.clock import utc_now
    from capcom_gql.domain import endpoints
    from capcom_gql.domain.letters import AddressKind
    from capcom_gql.languages.locales import DEFAULT
    from capcom_gql.notifiers.contract import Message

    now, identifier = utc_now(), f"test_{secrets.token_hex(12)}"
    is_endpoint = entry.address_kind == "url"
    body = endpoints.webhook_body(
        EVENT_KIND, event_id=identifier, occurred_at=now, organisation_id=None, subject_id=None, details={}
    )
    subject = f"Cap'Com Plus : {' / '.join(_in_each_language('name').values())}"
    texts = _in_each_language("text")
    by_phone = f"Cap'Com Plus: {' '.join(_in_each_language('short').values())}"
    return Message(
        id=identifier,
        topic=EVENT_KIND if is_endpoint else TOPIC,
        address=address,
        locale=DEFAULT,
        subject=subject,
        text=by_phone if entry.address_kind == AddressKind.PHONE else "\n\n".join(texts.values()) + "\n",
        html=_page(subject, texts),
        payload=body,
        keys=(new_signing_secret(),) if is_endpoint else (),
        sent_at=now,
    )


def _in_each_language(part: str) -> dict[str, str]:
    """A part of the test message in every language, for nobody knows which one its reader speaks."""
    from capcom_gql.languages.locales import LOCALES
    from capcom_gql.languages.sentences import say

    return {locale: say("letters", f"test.{part}", locale) for locale in LOCALES}


def _page(subject: str, texts: "Mapping[str, str]") -> str:
    paragraphs = "\n".join(f'<p lang="{locale}">{html.escape(text)}</p>' for locale, text in texts.items())
    title = html.escape(subject)
    return (
        f'<!doctype html>\n<html lang="{next(iter(texts))}">\n'
        f'<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n{paragraphs}\n</body>\n</html>\n"
    )
