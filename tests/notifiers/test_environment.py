"""What a child process gets of the environment: nothing that leads to the database or the broker, however written."""

import pytest

from capcom_gql.notifiers.environment import child_environment
from capcom_gql.settings import Settings

DATABASE = "postgres://capcom:p%40ss%2Fw0rd@db.example:5432/capcom"
BROKER = "redis://:s3cret-broker@redis.example/0"


def kept(value: str, database: str = DATABASE, broker: str = BROKER, name: str = "VALUE") -> bool:
    settings = Settings(database_url=database, broker_url=broker)
    return name in child_environment({name: value}, settings)


@pytest.mark.parametrize(
    "value",
    [
        DATABASE,
        "p%40ss%2Fw0rd",
        "p@ss/w0rd",
        "p%40ss/w0rd",
        "postgresql+asyncpg://capcom:p%40ss%2Fw0rd@db.internal/other",
        "host=db user=capcom password=p@ss/w0rd",
        "--broker redis://:s3cret-broker@redis.example/0",
        "redis://:s3cret-broker@redis.example/7",
        "jdbc:postgresql://db.example:5432/capcom?ssl=true",
        "jdbc:postgresql://DB.example/capcom",
    ],
)
def test_what_leads_there_is_kept_from_children(value: str) -> None:
    assert not kept(value)


@pytest.mark.parametrize(
    "value", ["", "http://proxy.example:3128", "db.example", "/etc/ssl/certs", "https://capcom.example/capcom"]
)
def test_the_rest_stays(value: str) -> None:
    assert kept(value)


def test_without_a_password_the_place_tells() -> None:
    database, broker = "postgres://capcom@db.example/capcom", "redis://redis.example"
    for value in ("postgres://db.example:5432/capcom", "db.example/capcom", "redis://redis.example:6379/3"):
        assert not kept(value, database, "redis://redis.example:6379/0" if "redis" in value else broker), value
    assert not kept("redis://redis.example/3", database, "redis://redis.example/0")
    assert kept("", database, "redis://:@redis.example"), "no password is no word to look for"


def test_a_short_password_is_no_part_of_other_words() -> None:
    database = "postgres://capcom:usr@db.example/capcom"
    assert not kept("usr", database)
    assert kept("/usr/share/ca", database)


def test_a_password_that_is_a_word_costs_no_path() -> None:
    database = "postgres://capcom:root@db.example/capcom"
    assert not kept("root", database)
    assert kept("/root/bin:/bin", database, name="PATH")
    assert kept("/root", database, name="HOME")
