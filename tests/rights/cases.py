"""Which callers are tried on which engine."""

import pytest

from tests.rights.verdicts import ANONYMOUS, CALLERS, MACHINES, PERSONS, STAFF, Caller

FEW = (ANONYMOUS, *PERSONS[:2], PERSONS[3], PERSONS[4], STAFF, *(each for each in MACHINES if each.scope in
    ("DISCOUNTS_REDEEM", "ORGANISATIONS_READ", "EVENTS_READ", "ADMIN")))  # fmt: skip


def _cases(callers: tuple[Caller, ...], few: tuple[Caller, ...]) -> list[object]:
    return [
        pytest.param(engine, caller, id=f"{caller.name}, {engine}")
        for engine, asking in (("sqlite", callers), ("postgres", few))
        for caller in asking
    ]


EACH_CALLER = pytest.mark.parametrize(("stage_url", "caller"), _cases(CALLERS, FEW), indirect=["stage_url"])
ON_SQLITE = pytest.mark.parametrize("stage_url", ["sqlite"], indirect=True)
