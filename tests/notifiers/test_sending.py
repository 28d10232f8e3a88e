"""What a channel does with a message decides what becomes of that delivery, and of nothing else."""

import json
import re
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import pytest

from capcom_gql.notifiers.sending import MAX_RETRY_AFTER, Outcome, OutcomeKind
from capcom_gql.plugin import Message
from tests.notifiers.bench import Bench

OUTCOMES = {
    "sent": ("return Sent('p-7')", OutcomeKind.SENT, False, None),
    "sent without a name for it": ("return Sent()", OutcomeKind.SENT, False, None),
    "transient": ("raise Transient('busy')", OutcomeKind.RETRY, False, "probe: busy"),
    "transient without words": ("raise Transient", OutcomeKind.RETRY, False, "probe: Transient"),
    "time-out of its own": (
        "raise TimeoutError('slow')",
        OutcomeKind.RETRY,
        False,
        "probe: TimeoutError (probe.py, line N): slow",
    ),
    "refused connection": (
        "raise ConnectionRefusedError('no')",
        OutcomeKind.RETRY,
        False,
        "probe: ConnectionRefusedError (probe.py, line N): no",
    ),
    "disk full": (
        "raise OSError(28, 'No space left')",
        OutcomeKind.RETRY,
        False,
        "probe: OSError (probe.py, line N): [Errno 28]",
    ),
    "permanent": ("raise Permanent('refused')", OutcomeKind.FAILED, False, "probe: refused"),
    "bad address": ("raise AddressInvalid('no such user')", OutcomeKind.FAILED, False, "probe: no such user"),
    "address gone": ("raise AddressGone('moved')", OutcomeKind.FAILED, False, "probe: moved"),
    "not configured": ("raise NotConfigured('password refused')", OutcomeKind.HELD, False, "probe: password refused"),
    "unforeseen": ("raise KeyError('x')", OutcomeKind.RETRY, True, "probe: KeyError (probe.py, line N): 'x'"),
    "exit": ("sys.exit(1)", OutcomeKind.RETRY, True, "probe: SystemExit (probe.py, line N): 1"),
    "stop iteration": ("raise StopIteration", OutcomeKind.RETRY, True, "probe: "),
    "cancels itself": ("raise asyncio.CancelledError", OutcomeKind.RETRY, True, "probe: "),
    "exception group": ("raise ExceptionGroup('two', [ValueError('a')])", OutcomeKind.RETRY, True, "probe: Exc"),
    "nothing": ("return None", OutcomeKind.RETRY, True, "probe: send answered NoneType, not Sent"),
    "rubbish": ("return {'ok': True}", OutcomeKind.RETRY, True, "probe: send answered dict, not Sent"),
    "the class": ("return Sent", OutcomeKind.RETRY, True, "probe: send answered type, not Sent"),
    "exception as answer": ("return Permanent('x')", OutcomeKind.RETRY, True, "probe: send answered Permanent"),
}


@pytest.mark.parametrize("define", ["def", "async def"])
@pytest.mark.parametrize(("body", "kind", "crashed", "reason"), OUTCOMES.values(), ids=OUTCOMES)
async def test_the_table_of_outcomes(
    bench: Bench, message: Message, define: str, body: str, kind: OutcomeKind, crashed: bool, reason: str | None
) -> None:
    bench.channel("probe", f"{define} send(self, message):\n    {body}")
    outcome = await bench.load().send("probe", message)
    assert (outcome.kind, outcome.crashed) == (kind, crashed)
    if reason is None:
        assert outcome.reason is None
    else:
        assert outcome.reason is not None
        assert re.sub(r"line \d+", "line N", outcome.reason).startswith(reason)


async def test_what_the_provider_calls_it_is_kept(bench: Bench, message: Message) -> None:
    bench.channel("probe", "def send(self, message):\n    return Sent(f'{message.id}/{message.attempt}')")
    bench.channel("number", "def send(self, message):\n    return Sent(42)")
    registry = bench.load()
    assert (await registry.send("probe", message)).provider_id == "dlv_01jx/2"
    # Sent all the same: a second letter would be worse than a provider's id of the wrong type.
    number = await registry.send("number", message)
    assert (number.kind, number.provider_id) == (OutcomeKind.SENT, "42")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("30", 30.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("1e12", MAX_RETRY_AFTER),
        ("-1", None),
        ("float('nan')", None),
        ("float('inf')", None),
        ("'soon'", None),
        ("True", None),
        ("None", None),
    ],
)
async def test_the_wait_a_provider_asks_for(bench: Bench, message: Message, given: str, kept: float | None) -> None:
    bench.channel("probe", f"def send(self, message):\n    raise Transient('busy', retry_after={given})")
    outcome = await bench.load().send("probe", message)
    assert (outcome.kind, outcome.crashed, outcome.retry_after) == (OutcomeKind.RETRY, False, kept)


async def test_the_channel_gets_the_message_as_it_wants_it(bench: Bench, message: Message, tmp_path: Path) -> None:
    body = f"""
        formats = ("text", "json")
        def validate_address(self, raw):
            return raw.upper()
        def send(self, message):
            seen = [message.address, message.html, message.payload, message.timeout, message.text, message.sent_at]
            Path({str(tmp_path / "seen")!r}).write_text(json.dumps(seen, default=str))
            return Sent()
        """
    bench.channel("probe", body)
    await bench.load(send_timeout=7).send("probe", message)
    seen = json.loads((tmp_path / "seen").read_text())
    assert seen == [
        "ANA@VILLE.EXAMPLE",
        None,
        {"type": "seat.added"},
        6.3,  # of the 7 s: what gives up then is not late
        "Bonjour Ana\n",
        "2026-11-24 09:30:00+00:00",
    ]


async def test_a_send_that_answers_something_to_await_is_awaited(bench: Bench, message: Message) -> None:
    bench.channel("probe", "async def later(self):\n    return Sent('later')\nsend = lambda self, m: self.later()")
    assert (await bench.load().send("probe", message)).provider_id == "later"


@pytest.mark.parametrize(
    ("field", "value"), [("subject", "Hello\r\nBcc: all@x.example"), ("address", "a@x.example\nb"), ("subject", "a\0b")]
)
async def test_a_header_cannot_be_slipped_in(
    bench: Bench, message: Message, tmp_path: Path, field: str, value: str
) -> None:
    bench.channel("probe", f"def send(self, message):\n    Path({str(tmp_path / 'called')!r}).touch()")
    broken = replace(message, subject=value) if field == "subject" else replace(message, address=value)
    outcome = await bench.load().send("probe", broken)
    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.reason == f"probe: the {field} holds a line break or another control character"
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("define", ["def", "async def"])
async def test_a_reason_shows_no_secret_and_no_link(bench: Bench, message: Message, define: str) -> None:
    body = f"""
        class Config(BaseModel):
            class Account(BaseModel):
                password: SecretStr = SecretStr("inner-secret")
            token: SecretStr
            account: Account = Account()
        {define} send(self, message):
            raise ValueError(self.config.token.get_secret_value() + " failed\\non " + message.text +
                             self.config.account.password.get_secret_value())
        """
    bench.channel("probe", body)
    registry = bench.load(notify={"probe": {"token": "s3cret-s3cret"}})
    letter = replace(message, text="https://x.example/choose-password?token=abc123&x=1 ")
    outcome = await registry.send("probe", letter)
    assert outcome.reason is not None
    told = outcome.reason.partition("): ")[2]
    assert told == "*** failed on https://x.example/choose-password?token=***&x=1 ***"


@pytest.mark.parametrize("before", range(480, 500))
async def test_a_reason_is_short_and_leaves_no_piece_of_a_secret_at_its_cut(
    bench: Bench, message: Message, before: int
) -> None:
    bench.channel(
        "probe",
        """
        class Config(BaseModel):
            token: SecretStr
        def send(self, message):
            raise Permanent(message.text + self.config.token.get_secret_value() + message.text)
        """,
    )
    registry = bench.load(notify={"probe": {"token": "s3cret-s3cret"}})
    outcome = await registry.send("probe", replace(message, text="x" * (before - len("probe: "))))
    assert outcome.reason is not None
    assert len(outcome.reason) == 500
    assert "s3" not in outcome.reason


async def test_an_exception_that_cannot_be_told(bench: Bench, message: Message) -> None:
    bench.channel(
        "probe",
        """
        def send(self, message):
            class Odd(Exception):
                def __str__(self):
                    raise RuntimeError
            raise Odd
        """,
    )
    outcome = await bench.load().send("probe", message)
    assert outcome.reason is not None
    assert outcome.reason.startswith("probe: Odd (probe.py, line ")


async def test_an_exception_that_cannot_be_looked_at(bench: Bench, message: Message) -> None:
    bench.channel(
        "probe",
        """
        class Odd(Transient):
            retry_after = property(lambda self: 1 / 0)
            def __init__(self): ...
        def send(self, message):
            raise self.Odd
        """,
    )
    outcome = await bench.load().send("probe", message)
    assert (outcome.kind, outcome.crashed) == (OutcomeKind.RETRY, True)
    assert outcome.reason is not None
    assert outcome.reason.startswith("probe: ZeroDivisionError (probe.py, line ")


async def test_a_channel_that_is_not_in_service_holds_the_message(bench: Bench, message: Message) -> None:
    bench.channel("gate", "class Config(BaseModel):\n    url: str\ndef send(self, message): ...")
    bench.file("broken.py", "1 / 0")
    registry = bench.load(plugins_disabled=("mailbox",))
    reasons = {
        "gate": "gate: set CAPCOM_NOTIFY__GATE__URL",
        "mailbox": "mailbox: CAPCOM_PLUGINS_DISABLED names mailbox",
        "nowhere": "nowhere: no such channel is installed",
    }
    for name, reason in reasons.items():
        assert await registry.send(name, message) == Outcome(kind=OutcomeKind.HELD, reason=reason)
    broken = await registry.send("broken", message)
    assert broken.reason is not None
    assert "ZeroDivisionError" in broken.reason


REQUEST: ContextVar[str] = ContextVar("request", default="none")


async def test_a_plugin_does_not_see_the_context_of_its_caller(bench: Bench, message: Message) -> None:
    bench.channel(
        "probe",
        """
        async def send(self, message):
            return Sent(str([variable.name for variable in contextvars.copy_context()]))
        """,
    )
    registry = bench.load()
    REQUEST.set("of somebody")
    outcome = await registry.send("probe", message)
    assert outcome.kind is OutcomeKind.SENT
    assert "request" not in str(outcome.provider_id)
