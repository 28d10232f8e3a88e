"""What is stored of a password costs whoever steals it much work and memory to try."""

import re
import unicodedata

import pytest

from capcom_gql.access.passwords import hash_password, verify_password
from tests.passwords import hashed_in_full

PHC = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[\w+/]{22,}\$[\w+/]{43,}")


@pytest.mark.usefixtures("hashed_in_full")
async def test_argon2id_with_more_work_than_the_least_that_is_recommended() -> None:
    """OWASP: at least 19 MiB and two passes."""
    stored = await hash_password("quatre petits chevaux gris")
    found = PHC.fullmatch(stored)
    assert found is not None, stored
    memory_kib, passes, _ = (int(number) for number in found.groups())
    assert memory_kib >= 19 * 1024 and passes >= 2
    assert await hash_password("quatre petits chevaux gris") != stored, "each has a salt of its own"
    assert await verify_password("quatre petits chevaux gris", stored)
    assert not await verify_password("quatre petits chevaux bais", stored)
    assert not await verify_password("quatre petits chevaux gris", None)


async def test_what_was_hashed_with_other_work_is_still_the_password() -> None:
    """As after a release that puts more into it."""
    with hashed_in_full():
        stored = await hash_password("quatre petits chevaux gris")
    assert await verify_password("quatre petits chevaux gris", stored)
    assert not await verify_password("quatre petits chevaux bais", stored)


@pytest.mark.rule("R5")
async def test_a_password_is_the_same_however_its_accents_are_written() -> None:
    """One keyboard sends “é” as one character, another as “e” and an accent."""
    composed, apart = "été à la montagne", unicodedata.normalize("NFD", "été à la montagne")
    assert composed != apart
    assert await verify_password(apart, await hash_password(composed))
    assert await verify_password(composed, await hash_password(apart))
    assert not await verify_password("ete a la montagne", await hash_password(composed))
