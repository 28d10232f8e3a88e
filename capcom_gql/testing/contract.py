"""The contract of a channel as tests, to be subclassed by an author's test class:

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
from capcom_gql.testing.applicability import Check, checks_of, reason_not_applicable
from capcom_gql.testing.assertions import fail
from capcom_gql.testing.delivery_checks import DeliveryChecks
from capcom_gql.testing.failure_checks import HttpFailureChecks, SmtpFailureChecks
from capcom_gql.testing.report import print_at_end, report_lines
from capcom_gql.testing.shape_checks import ShapeChecks
from capcom_gql.testing.trial import Trial


class NotifierContract(ShapeChecks, DeliveryChecks, HttpFailureChecks, SmtpFailureChecks):
    """The checks that every channel must pass. Subclass it under a name that begins with `Test`; see `Declared` for
    what to set and override.

    A check that does not apply to the channel is not run and never counts as passed: it is removed from the class and
    listed with the reason at the end of the test run, and by `report`.
    """

    left_out: ClassVar[Mapping[str, str]] = {}
    """The checks that do not apply to this channel, by name, each with the reason."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        known = checks_of(NotifierContract)
        for name, reason in cls.does_not_apply.items():
            if name not in known:
                raise TypeError(f"{cls.__name__}.does_not_apply names {name}, which is not a check of the contract")
            if not reason.strip():
                raise TypeError(f"{cls.__name__}.does_not_apply gives no reason for {name}")
        left_out = {name: reason_not_applicable(cls, name, check) for name, check in known.items()}
        cls.left_out = {name: reason for name, reason in left_out.items() if reason is not None}
        for name, check in known.items():
            if name in cls.left_out:
                # pytest collects functions only
                setattr(cls, name, None)
            elif getattr(cls, name) is None:
                setattr(cls, name, check)

    @pytest.fixture
    def trial(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
        """Makes instances of the channel, each in a world of its own, and closes them after the test."""
        if not isinstance(getattr(self, "channel", None), type) or not issubclass(self.channel, Notifier):
            fail(f"{type(self).__name__} does not set the channel to test: channel = YourNotifier")
        for name in ("NO_PROXY", "no_proxy"):
            # the worlds are on this machine: no proxy must be used
            monkeypatch.setenv(name, "127.0.0.1,localhost")
        with Trial(self, tmp_path) as trial:
            yield trial

    @pytest.fixture(autouse=True)
    def _reported(self, request: pytest.FixtureRequest) -> None:
        print_at_end(request.config, type(self).report())

    @classmethod
    def report(cls) -> tuple[str, ...]:
        """Which checks are not run for this channel and why, and which the class has replaced, one line a reason."""
        own: dict[str, Check] = {
            name: check
            for name, check in checks_of(NotifierContract).items()
            if name not in cls.left_out and getattr(cls, name) is not check
        }
        return report_lines(cls.__qualname__, cls.left_out, own)
