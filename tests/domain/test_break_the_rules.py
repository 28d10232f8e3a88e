"""The list of mutants follows the code, and the program that tries them tells a killed one from a survivor."""

from collections import Counter
from pathlib import Path

import pytest

from tests.break_the_rules import PASSED, ROOT, Copy, Drift, Mutant, main, mutants

EVERY_MUTANT = [pytest.param(mutant, id=f"{mutant.file}: {mutant.breaks}") for mutant in mutants()]


@pytest.mark.parametrize("mutant", EVERY_MUTANT)
def test_every_mutant_stands_exactly_once_in_the_code_and_leaves_python(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text(encoding="utf-8")
    broken = mutant.broken(source)
    assert broken != source
    compile(broken, mutant.file, "exec")


def test_every_rule_that_the_domain_holds_is_broken_somewhere() -> None:
    broken = Counter(mutant.rule for mutant in mutants())
    assert set(broken) == {f"R{number}" for number in range(1, 25)}
    assert sum(broken.values()) >= 200


def test_a_text_that_drifted_is_an_error() -> None:
    with pytest.raises(Drift, match="stands 0 times"):
        Mutant("R18", "terms.py", "nothing", "no such text", "").broken("some source")
    with pytest.raises(Drift, match="stands 2 times"):
        Mutant("R18", "terms.py", "nothing", "a", "").broken("a, a")


def test_the_program_refuses_to_start_on_a_drifted_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"], [Mutant("R18", "terms.py", "gone", "no such text", "")]) == 1
    assert "no longer fits the code" in capsys.readouterr().err


def test_the_program_lists_the_mutants_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--rule", "R18"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith("R18 ") for line in lines)


def test_a_killed_mutant_a_survivor_and_a_rule_without_test_are_told_apart(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    (real,) = [mutant for mutant in mutants() if mutant.breaks == "the survey closes a day early"]
    untouched = (copy.folder / real.path).read_text(encoding="utf-8")
    killed = copy.judge(real)
    assert killed.killed, killed.output
    survivor = copy.judge(Mutant("R18", real.file, "nothing", real.old, f"{real.old}  # unharmed"))
    assert (survivor.status, survivor.killed) == (PASSED, False), survivor.output
    assert "SURVIVED" in survivor.line
    untested = copy.judge(Mutant("R99", real.file, real.breaks, real.old, real.new))
    assert not untested.killed
    assert "NO TEST RAN" in untested.line
    assert (copy.folder / real.path).read_text(encoding="utf-8") == untouched
