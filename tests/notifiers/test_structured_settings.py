"""Settings that are no plain text are given as JSON; what is wrong with them is told without their secrets."""

import json

import pytest

from capcom_gql.notifiers.registry import NotifierState
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench, entry_of

ACCOUNTS = """
from pydantic import BaseModel, Json, SecretStr
class Account(BaseModel):
    user: str
    token: SecretStr
"""
SETTINGS = """
class Config(BaseModel):
    rooms: list[str] = []
    more: dict[str, int] | None = None
    account: Account | None = None
    accounts: tuple[Account, ...] = ()
    plain: str = ""
    either: str | list[str] = ""
    own: Json[list[int]] = []
    own_or_none: Json[list[int]] | None = None
    split: list[str] = []
    @field_validator("split", mode="before")
    @classmethod
    def read(cls, value):
        return value.split(",") if isinstance(value, str) else value
def send(self, message):
    raise ValueError(self.config.model_dump_json() + self.config.accounts[0].token.get_secret_value())
"""
ROOMS = "CAPCOM_NOTIFY__GATE__ROOMS"
ACCOUNT = "CAPCOM_NOTIFY__GATE__ACCOUNT"
OWN = "CAPCOM_NOTIFY__GATE__OWN"
JSON = 'write it as JSON, such as ["a", "b"] for a list or {"name": "value"} for named values'


def write(bench: Bench) -> None:
    path = bench.channel("gate", SETTINGS)
    path.write_text(ACCOUNTS + path.read_text(encoding="utf-8"), encoding="utf-8")


async def test_they_are_read_and_their_secrets_not_shown(bench: Bench, message: Message) -> None:
    write(bench)
    account = {"user": "ana", "token": "s3cret-s3cret"}
    given = {
        "rooms": '["a", "b"]',
        "more": ' {"x": 1}',
        "account": json.dumps(account),
        "accounts": json.dumps([account]),
        "plain": "[1]",
        "either": "[1]",
        "own": "[1]",
        "split": "[a,b]",
    }
    for load in (bench.load, bench.load_outside):
        outcome = await load(notify={"gate": given}).send("gate", message)
        told, end = json.JSONDecoder().raw_decode(str(outcome.reason), str(outcome.reason).index("{"))
        assert (told["rooms"], told["more"], told["account"]["user"]) == (["a", "b"], {"x": 1}, "ana")
        assert (told["plain"], told["either"], told["own"], told["split"]) == ("[1]", "[1]", [1], ["[a", "b]"])
        assert str(outcome.reason)[end:] == "***"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"rooms": "a, b"}, f"{ROOMS}=a, b is refused: {JSON}"),
        ({"rooms": '["a", "b"'}, f'{ROOMS}=["a", "b" is refused: {JSON}'),
        ({"rooms": "[" * 100_000}, f"{ROOMS}=[[["),
        ({"rooms": "[1]"}, f"{ROOMS}=[1] is refused: 0: Input should be a valid string"),
        ({"own": '["x"]'}, f'{OWN}=["x"] is refused: 0: Input should be a valid integer'),
        ({"own_or_none": '["x"]'}, f'{OWN}_OR_NONE=["x"] is refused: 0: Input should be a valid integer'),
        ({"account": "hush-hush"}, f"{ACCOUNT} refused: {JSON}"),
        ({"account": '{"token": "hush-hush"}'}, f"{ACCOUNT} refused: user: Field required"),
        ({"account": '["hush-hush"]'}, f"{ACCOUNT} refused: Input should be a valid dictionary"),
    ],
    ids=lambda given: str(given)[:40],
)
def test_what_is_wrong_with_them_is_told(bench: Bench, given: dict[str, str], reason: str) -> None:
    write(bench)
    gate = entry_of(bench.load(notify={"gate": given}), "gate")
    assert gate.state is NotifierState.UNCONFIGURED
    assert str(gate.reason).startswith(reason)
    assert "hush" not in str(gate.reason)
