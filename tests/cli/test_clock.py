"""`capcom clock`: the days and durations it reads, what it refuses, and that servers follow at once."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from capcom_gql.cli.moments import later, read_instant
from tests.cli.installations import Installation

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
CHECK = '{ discountCheck(input: { subscriberNumber: "CP 1", eventKind: FORUM }) { checkedAt } }'


def shown(installation: Installation, *arguments: str) -> datetime:
    """The instant that a clock command says it is."""
    told = json.loads(installation.run("clock", *arguments, "--json").out)
    return datetime.fromisoformat(told["now"])


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-03-01", datetime(2027, 3, 1, 11, tzinfo=UTC)),
        ("2027-07-01", datetime(2027, 7, 1, 10, tzinfo=UTC)),
        ("2027-03-01T08:30:00+01:00", datetime(2027, 3, 1, 7, 30, tzinfo=UTC)),
        ("2027-03-01t08:30:00.25z", datetime(2027, 3, 1, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2027-03-01 08:30Z", datetime(2027, 3, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_days_are_their_noon_and_instants_are_exact(text: str, instant: datetime) -> None:
    assert read_instant(text, PARIS) == instant


def test_noon_is_the_operator_s() -> None:
    assert read_instant("2027-03-01", REUNION) == datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2027-03-01T08:30:00", "offset"),
        ("2027-02-30", "does not exist"),
        ("2027-02-30T08:00:00Z", "does not exist"),
        ("tomorrow", "neither a day nor an instant"),
        ("2027-W09-1", "neither a day nor an instant"),
        ("20270301", "neither a day nor an instant"),
        ("", "neither a day nor an instant"),
        ("1999-12-31", "between the years"),
        ("3000-01-01", "between the years"),
        ("9999-12-31T23:59:59-12:00", "between the years"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(text: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read_instant(text, PARIS)


@pytest.mark.parametrize(
    ("duration", "instant"),
    [
        # the clocks change in the night of 27 to 28 March 2027: a day keeps its hour, 24 hours do not
        ("1d", datetime(2027, 3, 28, 10, tzinfo=UTC)),
        ("24h", datetime(2027, 3, 28, 11, tzinfo=UTC)),
        ("2w1d", datetime(2027, 4, 11, 10, tzinfo=UTC)),
        ("1d12h", datetime(2027, 3, 28, 22, tzinfo=UTC)),
        ("90m", datetime(2027, 3, 27, 12, 30, tzinfo=UTC)),
    ],
)
def test_days_keep_the_hour_and_hours_are_exact(duration: str, instant: datetime) -> None:
    assert later(datetime(2027, 3, 27, 11, tzinfo=UTC), duration, PARIS) == instant


@pytest.mark.parametrize("duration", ["", "15", "d", "-3d", "1h1d", "1.5d", "15 d", "99999999w", "400000d"])
def test_other_durations_are_refused(duration: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration|leads past|between the years"):
        later(datetime(2027, 3, 27, 11, tzinfo=UTC), duration, PARIS)


def test_a_running_server_follows_at_once(installation: Installation) -> None:
    key = installation.run("key", "add", "desk", "--scope", "DISCOUNTS_CHECK").out.strip()
    with installation.server() as serving:
        for command, day in (
            (("set", "2027-03-01"), "2027-03-01T11:"),
            (("advance", "15d"), "2027-03-16T11:"),
            (("set", "2027-03-16T22:59:00Z"), "2027-03-16T22:59:"),
        ):
            installation.run("clock", *command)
            checked_at = serving.ask(CHECK, token=key).json["data"]["discountCheck"]["checkedAt"]
            assert checked_at.startswith(day)


def test_show_and_reset(installation: Installation) -> None:
    assert shown(installation, "set", "2031-03-01").year == 2031
    assert shown(installation, "show").year == 2031
    assert "ahead of the real time" in installation.run("clock", "show").out
    assert abs((shown(installation, "reset") - datetime.now(UTC)).total_seconds()) < 30
    assert installation.run("clock", "show").out.endswith("Europe/Paris (the real time)\n")


def test_back_behind_a_recorded_fact_is_refused_unless_forced(installation: Installation) -> None:
    installation.run("clock", "set", "2031-03-01")
    installation.run("key", "add", "desk", "--scope", "DISCOUNTS_CHECK")
    for command in (("set", "2031-02-28"), ("reset",)):
        refused = installation.run("clock", *command, status=1)
        assert "recorded at 2031-03-01" in refused.err and "--force" in refused.err
    assert shown(installation, "set", "2031-02-28", "--force").month == 2


def test_wrong_usage(bare_installation: Installation) -> None:
    naive = bare_installation.run("clock", "set", "2027-03-01T08:30:00", status=2)
    assert "does not say its offset from UTC" in naive.err
    assert "is not a duration" in bare_installation.run("clock", "advance", "soon", status=2).err
    assert "Missing argument" in bare_installation.run("clock", "set", status=2).err
    assert not bare_installation.data_dir.exists(), "a command that is not understood leaves nothing behind"


def test_production_does_not_move_it(installation: Installation) -> None:
    production = installation.having(ENV="production")
    assert "not moved in production" in production.run("clock", "set", "2027-03-01", status=1).err
    assert "not moved in production" in production.run("clock", "reset", status=1).err
    installation.run("clock", "set", "2031-03-01")
    for command in (("tick",), ("serve", "--port", "0")):
        refused = production.run(*command, status=1)
        assert "CAPCOM_ENV=production is refused" in refused.err and "capcom clock reset" in refused.err
