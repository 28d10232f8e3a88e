"""`capcom tick`: everything that is due, once; beside a server too."""

import json
import time

from tests.cli.installations import Installation
from tests.patience import promised

EVENTS = '{ events(filter: { kinds: ["term.cancelled"] }) { nodes { kind occurredAt recordedAt } } }'


def mails(installation: Installation, subject: str = "") -> int:
    """How many mails lie in the mailbox, of those whose text holds some words."""
    return sum(subject in path.read_text() for path in (installation.data_dir / "mailbox").glob("*.eml"))


def test_until_idle_records_every_step_and_sends_every_letter(installation: Installation) -> None:
    with installation.server() as serving:
        serving.sign_up("ana", "bob")
        serving.stop()
    installation.run("tick", "--until-idle")
    assert mails(installation) == 2
    installation.run("clock", "advance", "20d")
    told = json.loads(installation.run("tick", "--until-idle", "--json").out)
    assert told == {"steps": 1, "deliveries": 2}
    assert mails(installation) == 4, "the reminder that was passed over is not made up for"
    began = time.monotonic()
    assert installation.run("tick", "--until-idle").out == "0 steps recorded, 0 deliveries tried\n"
    assert time.monotonic() - began < promised(10)


def test_beside_a_server_idle_means_that_its_letters_are_gone_too(installation: Installation) -> None:
    with installation.server() as serving:
        serving.sign_up("ana", "bob", "cleo", "dan", "eve")
        installation.run("tick", "--until-idle")
        assert mails(installation) == 5
        staff = installation.run("staff", "add", "staff@capcom.example", "--token").out.strip()
        installation.run("clock", "advance", "16d")
        installation.run("tick", "--until-idle")
        events = serving.ask(EVENTS, token=staff).json["data"]["events"]["nodes"]
        assert [event["kind"] for event in events] == ["term.cancelled"]
        serving.stop()


def test_one_turn_sends_what_was_held_while_there_was_no_channel(installation: Installation) -> None:
    with installation.having(PLUGINS_DISABLED="mailbox").server() as serving:
        serving.sign_up("ana")
        serving.stop()
    assert installation.run("tick").out == "0 steps recorded, 1 delivery tried\n"
    assert mails(installation) == 1
