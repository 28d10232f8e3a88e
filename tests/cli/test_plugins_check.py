"""`capcom plugins check`: each channel's state, ok or what to do; refused when one in service is not ok."""

import json

import pytest

from tests.cli.installations import Installation

CHANNEL = """
import time
from pydantic import BaseModel, SecretStr
from capcom_gql.plugin import Health, Notifier, Sent, hookimpl

class Channel(Notifier):
    name = "{name}"
    address_kind = "email"
    class Config(BaseModel):
        token: SecretStr

    def send(self, message):
        return Sent()

    def check(self):
        {check}

@hookimpl
def capcom_notifiers():
    return [Channel]
"""


@pytest.fixture
def several(installation: Installation) -> Installation:
    """Channels that are well, refused by their provider, silent, without settings, and broken."""
    plugins = installation.folder / "plugins"
    plugins.mkdir()
    for name, check in {
        "good": "return Health(ok=True, detail='the gateway takes the token')",
        "refused": "return Health(ok=False, detail='renew the token ' + self.config.token.get_secret_value())",
        "silent": "time.sleep(600)",
        "unset": "return Health(ok=True)",
    }.items():
        (plugins / f"{name}.py").write_text(CHANNEL.format(name=name, check=check))
    (plugins / "broken.py").write_text("import nothing_of_that_name\n")
    tokens = {f"NOTIFY__{name}__TOKEN": "s3cret-s3cret" for name in ("GOOD", "REFUSED", "SILENT")}
    return installation.having(PLUGINS_DIR=str(plugins), SEND_TIMEOUT="2", **tokens)


def test_each_is_told_with_what_to_do(several: Installation) -> None:
    done = several.run("plugins", "check", "--json", status=1)
    found = {each.pop("name"): each for each in json.loads(done.out)}
    assert "No module named" in found["broken"].pop("detail")
    assert "are written to" in found["mailbox"].pop("detail")
    assert {name: found[name] for name in ("mailbox", "good", "refused", "silent", "unset", "broken")} == {
        "mailbox": {"state": "ACTIVE", "ok": True},
        "good": {"state": "ACTIVE", "ok": True, "detail": "the gateway takes the token"},
        "refused": {"state": "ACTIVE", "ok": False, "detail": "renew the token ***"},
        "silent": {"state": "ACTIVE", "ok": False, "detail": "no answer within 2 s"},
        "unset": {"state": "UNCONFIGURED", "ok": False, "detail": "set CAPCOM_NOTIFY__UNSET__TOKEN"},
        "broken": {"state": "FAILED", "ok": False},
    }
    assert done.err.strip() == "capcom: not ok: broken, refused, silent"


@pytest.fixture
def quick(several: Installation) -> Installation:
    """The same, without child processes."""
    return several.having(PLUGINS_IN_PROCESS="good,refused,silent,unset,broken")


def test_what_a_plugin_prints_is_told(bare_installation: Installation) -> None:
    """On standard error, by each of the commands that have its code run."""
    plugins = bare_installation.folder / "plugins"
    plugins.mkdir()
    source = CHANNEL.format(name="talks", check="return print('checked aloud') or Health(ok=True)")
    (plugins / "talks.py").write_text(
        "print('loaded aloud')\n" + source.replace("return Sent()", "print('sent aloud')")
    )
    talking = bare_installation.having(PLUGINS_DIR=str(plugins), NOTIFY__TALKS__TOKEN="s3cret-s3cret")
    for words, command, status in (
        ("loaded aloud", ("list",), 0),
        ("checked aloud", ("check", "talks"), 0),
        ("sent aloud", ("send-test", "talks", "ana@ville.example"), 1),
    ):
        done = talking.run("plugins", *command, status=status)
        assert f"INFO plugin talks printed: {words}" in done.err and words not in done.out


def test_one_that_is_named_must_be_in_service(quick: Installation) -> None:
    assert quick.run("plugins", "check", "good").out.splitlines() == [
        "channel\tstate\tok\twhat to do",
        "good\tACTIVE\tok\t",
    ]
    done = quick.run("plugins", "check", "unset", status=1)
    assert done.out.splitlines()[1] == "unset\tUNCONFIGURED\tno\tset CAPCOM_NOTIFY__UNSET__TOKEN"
    assert "not ok: unset" in done.err
    unknown = quick.run("plugins", "check", "godo", status=1)
    assert unknown.out == ""
    assert "There is no channel godo. Installed channels: broken, " in unknown.err


def test_what_is_off_or_unset_is_no_reason_to_fail(quick: Installation) -> None:
    done = quick.having(CHANNELS="good,unset", PLUGINS_DISABLED="broken").run("plugins", "check")
    assert [line.split("\t")[:3] for line in done.out.splitlines() if line.startswith(("good", "refused"))] == [
        ["good", "ACTIVE", "ok"],
        ["refused", "DISABLED", "no"],
    ]
