"""What an author's test class says of its channel. The checks know nothing of a channel but this."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from capcom_gql.notifiers.contract import Notifier
from capcom_gql.notifiers.sending import OutcomeKind
from capcom_gql.testing.http_world import Answer, HttpWorld, Request
from capcom_gql.testing.received import Received
from capcom_gql.testing.smtp_world import SmtpWorld

WorldKind: TypeAlias = type[HttpWorld] | type[SmtpWorld] | None


class Declared:
    """Set the class variables, override what is not as here. `world` arguments are of the declared kind."""

    channel: ClassVar[type[Notifier]]
    """The channel's class."""
    world: ClassVar[WorldKind] = None
    """Whom it speaks to: `HttpWorld`, `SmtpWorld`, or None for a channel that speaks neither."""
    over_tls: ClassVar[bool] = False
    """Whether its worlds speak TLS, with a certificate that `world.ca_file` vouches for."""
    address: ClassVar[str] = ""
    """An address that the channel delivers to."""
    bad_address: ClassVar[str] = ""
    """One that its `validate_address` refuses."""
    source: ClassVar[Path | None] = None
    """The plugin's file, or the folder of its package; None: where the channel's module was imported from."""
    outcomes: ClassVar[Mapping[int, tuple[OutcomeKind, ...]]] = {}
    """What may come of an HTTP status, or a reply of SMTP, where it is not what the kit expects (see `troubles`)."""
    does_not_apply: ClassVar[Mapping[str, str]] = {}
    """Checks that mean nothing for this channel, by name, each with the reason. They are listed in the report."""

    def settings(self, world: Any) -> Mapping[str, str]:
        """The channel's settings as the environment would give them, fields in lower case.

        Called for each instance, with the world that it is to speak to. Give secrets of 12 characters or more.
        """
        return {}

    def address_in(self, world: Any) -> str:
        """The good address; of a channel whose addresses lead to the world itself, one there."""
        return self.address

    def prepare(self, world: Any) -> None:
        """Script what the provider answers when all is well; without it an HTTP world answers 200 with `{}`."""

    def trouble(self, world: HttpWorld, answer: Answer) -> None:
        """Script an answer to the request that hands a message over."""
        world.always(answer)

    def is_message(self, request: Request) -> bool:
        """Whether a request hands a message over; those that ask for a token or for the time do not."""
        return request.method not in ("GET", "HEAD", "OPTIONS")

    def identity(self, request: Request) -> object:
        """By what the provider tells a repeated message from a new one.

        The header `Idempotency-Key` where there is one; else all of the request but its headers, some of which
        differ at each attempt.
        """
        return request.headers.get("idempotency-key") or (request.method, request.target, request.body)

    def received(self, world: Any, folder: Path) -> Sequence[Received]:
        """The messages that arrived, in order. Override it for a channel without a world.

        `folder` is the instance's `host.data_dir`.
        """
        if isinstance(world, HttpWorld):
            asked = [each for each in world.requests if self.is_message(each)]
            return [Received(each.readable, self.identity(each)) for each in asked]
        if isinstance(world, SmtpWorld):
            return [Received(each.readable, str(each.message["Message-ID"])) for each in world.mails]
        raise NotImplementedError
