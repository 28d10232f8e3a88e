"""What an author's test class declares about its channel: all that the checks know of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from capcom_gql.notifiers.contract import Notifier
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.testing.http_world import Answer, HttpWorld, Request
from capcom_gql.testing.smtp_world import SmtpWorld

WorldKind: TypeAlias = type[HttpWorld] | type[SmtpWorld] | None
"""The kind of server to which a channel speaks; None if it speaks to neither kind."""


@dataclass(frozen=True, slots=True)
class Received:
    """One message as its receiver got it.

    `text` is everything readable in it, decoded. `identity` is by what the receiver recognises a repeated message:
    equal for two attempts at one message, different for two messages.
    """

    text: str
    identity: object


class Declared:
    """Set the class variables, and override the methods that do not fit. `world` arguments are of the declared kind."""

    channel: ClassVar[type[Notifier]]
    """The class of the channel."""
    world: ClassVar[WorldKind] = None
    """The server to which it speaks: `HttpWorld`, `SmtpWorld`, or None for a channel that speaks to neither."""
    over_tls: ClassVar[bool] = False
    """Whether its worlds speak TLS, with a certificate of the authority in `world.ca_file`."""
    address: ClassVar[str] = ""
    """An address to which the channel delivers."""
    bad_address: ClassVar[str] = ""
    """An address that its `validate_address` refuses."""
    source: ClassVar[Path | None] = None
    """The plugin's file, or the folder of its package; None: the place from which the channel's module was imported."""
    outcomes: ClassVar[Mapping[int, tuple[OutcomeKind, ...]]] = {}
    """The allowed outcomes of an HTTP status or SMTP reply code, where they differ from `failure_checks.EXPECTED`."""
    does_not_apply: ClassVar[Mapping[str, str]] = {}
    """Checks that do not apply to this channel, by name, each with the reason. The report lists them."""

    def settings(self, world: Any) -> Mapping[str, str]:
        """The channel's settings as text, by field name in lower case, as the environment would give them.

        Called for each instance, with the world to which it will speak. Secrets must have at least 12 characters.
        """
        return {}

    def address_in(self, world: Any) -> str:
        """An address to which the channel delivers; for a channel whose addresses are URLs, one in this world."""
        return self.address

    def prepare(self, world: Any) -> None:
        """Script the world's answers for a send that succeeds. By default an HTTP world answers 200 with `{}`."""

    def trouble(self, world: HttpWorld, answer: Answer) -> None:
        """Script the world's answer to the request that sends a message."""
        world.always(answer)

    def is_message(self, request: Request) -> bool:
        """Whether a request sends a message; by default every one but GET, HEAD and OPTIONS."""
        return request.method not in ("GET", "HEAD", "OPTIONS")

    def identity(self, request: Request) -> object:
        """By what the provider recognises a repeated message.

        By default the header `Idempotency-Key`; without it, everything in the request but its headers, of which some
        differ on each attempt.
        """
        return request.headers.get("idempotency-key") or (request.method, request.target, request.body)

    def received(self, world: Any, folder: Path) -> Sequence[Received]:
        """The messages that arrived, in order. Override it for a channel without a world.

        `folder` is the instance's `host.data_dir`. Raises NotImplementedError if it is needed and not overridden.
        """
        if isinstance(world, HttpWorld):
            messages = [each for each in world.requests if self.is_message(each)]
            return [Received(each.readable, self.identity(each)) for each in messages]
        if isinstance(world, SmtpWorld):
            return [Received(each.readable, str(each.message["Message-ID"])) for each in world.mails]
        raise NotImplementedError
