"""The lists of breakages follow the code: each text that one replaces stands exactly once."""

import pytest

from tests.break_the_guards import BREACHES, ROOT, Breach
from tests.faults.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.name}: {breach.test}")
def test_a_guard_stands_once(breach: Breach) -> None:
    for file, old, new in breach.changes:
        assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1, (file, old)
        assert old != new


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_stands_once(mutant: Mutant) -> None:
    for file, old, new in mutant.changes:
        assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1, (file, old)
        assert old != new
