"""The contract of a channel as tests, which an author's test class subclasses.

class TestMatrix(NotifierContract):
    channel = Matrix
    world = HttpWorld
    address = "@ana:example.org"
    bad_address = "ana"

    def settings(self, world: HttpWorld) -> dict[str, str]:
        return {"url": world.url, "token": "a-token-of-the-tests"}
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from capcom_gql.notifiers.contract import Notifier
from capcom_gql.testing.applying import Check, checks_of, why_not
from capcom_gql.testing.deliveries import DeliveryChecks
from capcom_gql.testing.report import lines, show_in_the_end
from capcom_gql.testing.saying import fail
from capcom_gql.testing.shape import ShapeChecks
from capcom_gql.testing.trial import Trial
from capcom_gql.testing.troubles import HttpTroubles, SmtpTroubles


class NotifierContract(ShapeChecks, DeliveryChecks, HttpTroubles, SmtpTroubles):
    """Subclass it under a name that begins with `Test`; `Declared` says what to set and what to override.

    A check that means nothing for the channel is not run, and never counts as passed: it is taken out of the
    class and listed, with the reason, at the end of the test run and by `report`.
    """

    left_out: ClassVar[Mapping[str, str]] = {}
    """The checks that mean nothing for this channel, by name, with the reason."""

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        known = checks_of(NotifierContract)
        for name, reason in cls.does_not_apply.items():
            if name not in known:
                raise TypeError(f"{cls.__name__}.does_not_apply names {name}, which is no check of the contract")
            if not reason.strip():
                raise TypeError(f"{cls.__name__}.does_not_apply gives no reason for {name}")
        left_out = {name: why_not(cls, name, check) for name, check in known.items()}
        cls.left_out = {name: reason for name, reason in left_out.items() if reason is not None}
        for name, check in known.items():
            if name in cls.left_out:
                # pytest collects functions only.
                setattr(cls, name, None)
            elif getattr(cls, name) is None:
                setattr(cls, name, check)

    @pytest.fixture
    def trial(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
        """Instances of the channel in worlds of their own, closed in the end."""
        if not isinstance(getattr(self, "channel", None), type) or not issubclass(self.channel, Notifier):
            fail(f"{type(self).__name__} does not say which channel it is about: channel = YourNotifier")
        for name in ("NO_PROXY", "no_proxy"):
            # The worlds are on this machine, whatever way leads out of it.
            monkeypatch.setenv(name, "127.0.0.1,localhost")
        with Trial(self, tmp_path) as trial:
            yield trial

    @pytest.fixture(autouse=True)
    def _reported(self, request: pytest.FixtureRequest) -> None:
        show_in_the_end(request.config, type(self).report())

    @classmethod
    def report(cls) -> tuple[str, ...]:
        """Which checks are not run for this channel, and why, and which the class has put in place of the kit's."""
        own: dict[str, Check] = {
            name: check
            for name, check in checks_of(NotifierContract).items()
            if name not in cls.left_out and getattr(cls, name) is not check
        }
        return lines(cls.__qualname__, cls.left_out, own)
