"""A channel's settings: the missing ones are named, the wrong ones told, the secret ones never shown."""

import pytest

from capcom_gql.notifiers.registry import NotifierState
from tests.notifiers.bench import Bench, entry_of

SETTINGS = """
class Config(BaseModel):
    url: str
    token: SecretStr
    port: int = 25
    fallback: SecretStr = SecretStr("built-in-secret")
    @field_validator("token")
    @classmethod
    def long_enough(cls, value):
        if len(value.get_secret_value()) < 12:
            raise ValueError(f"{value.get_secret_value()} is too short")
        return value
def send(self, message):
    raise ValueError(f"{self.config.token.get_secret_value()} does not open {self.config.url}")
"""


def test_missing_settings_are_named_as_the_operator_gives_them(bench: Bench) -> None:
    bench.channel("gate", SETTINGS)
    gate = entry_of(bench.load(notify={"gate": {"url": "  "}}), "gate")
    assert gate.state is NotifierState.UNCONFIGURED
    assert gate.reason == "set CAPCOM_NOTIFY__GATE__URL and CAPCOM_NOTIFY__GATE__TOKEN"
    assert gate.address_kind == "email"
    required = gate.config_schema["required"]
    assert required == ["url", "token"]


def test_complete_settings_switch_the_channel_on(bench: Bench) -> None:
    bench.channel("gate", SETTINGS)
    registry = bench.load(notify={"gate": {"url": "https://x.example", "token": "s3cret-s3cret", "port": "26"}})
    assert entry_of(registry, "gate").state is NotifierState.ACTIVE


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"port": "many"}, "CAPCOM_NOTIFY__GATE__PORT=many is refused: Input should be a valid integer"),
        ({"token": "hush-hush"}, "CAPCOM_NOTIFY__GATE__TOKEN refused: *** is too short"),
        (
            {"tokn": "hush-hush"},
            "CAPCOM_NOTIFY__GATE__TOKN is not a setting of this channel, which knows CAPCOM_NOTIFY__GATE__FALLBACK",
        ),
    ],
)
def test_wrong_settings_are_told_without_showing_secrets(bench: Bench, given: dict[str, str], reason: str) -> None:
    bench.channel("gate", SETTINGS)
    complete = {"url": "https://x.example", "token": "s3cret-s3cret"}
    gate = entry_of(bench.load(notify={"gate": {**complete, **given}}), "gate")
    assert gate.state is NotifierState.UNCONFIGURED
    assert gate.reason is not None
    assert gate.reason.startswith(reason)
    assert "hush" not in gate.reason


def test_no_secret_is_in_what_is_shown(bench: Bench) -> None:
    bench.channel("gate", SETTINGS)
    registry = bench.load(notify={"gate": {"url": "https://x.example", "token": "s3cret-s3cret"}})
    shown = repr(registry.entries)
    assert "token" in shown
    assert "s3cret" not in shown
    assert "built-in-secret" not in shown


def test_a_channel_may_say_itself_that_it_is_not_configured(bench: Bench) -> None:
    bench.channel("gate", GATE_WITH_A_CONDITION)
    gate = entry_of(bench.load(), "gate")
    assert (gate.state, gate.reason) == (NotifierState.UNCONFIGURED, "give a user or a token")


GATE_WITH_A_CONDITION = """
def __init__(self, config, host):
    raise NotConfigured("give a user or a token")
def send(self, message): ...
"""
