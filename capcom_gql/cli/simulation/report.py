"""The report of a simulation: tables and charts by month in 80 columns of text, or all of it as JSON."""

import textwrap
from collections.abc import Iterable, Sequence

from capcom_gql.cli.simulation.checks import PRESENT, Violation
from capcom_gql.cli.simulation.figures import Month, total
from capcom_gql.cli.simulation.history import HISTORY
from capcom_gql.cli.simulation.run import FIRST_DAY, SimulationOutcome
from capcom_gql.domain.letters import Topic
from capcom_gql.domain.lifecycle import SubscriptionState

INVARIANTS = (*dict.fromkeys((*PRESENT, *HISTORY)), "granted-by-the-rules")
"""The names of all invariants."""
WIDTH = 80
"""Columns of the text."""
SHOWN_FAULTS = 3
"""The most violations of one invariant that are printed."""
CHART_WIDTH = 60
"""Columns of the longest bar of a chart."""

_STATES = (
    (SubscriptionState.CONFIRMED, "conf.", "█"),
    (SubscriptionState.PROVISIONAL, "prov.", "▓"),
    (SubscriptionState.CANCELLED, "canc.", "▒"),
    (SubscriptionState.EXPIRED, "exp.", "░"),
)
_DEEDS = (
    ("opened", "new"),
    ("renewed", "renew"),
    ("declined", "decl."),
    ("unpaid", "unpaid"),
    ("reinstated", "reinst"),
    ("redeemed", "redeem"),
    ("surveys_answered", "survey"),
)
_LETTERS: tuple[tuple[str, tuple[Topic, ...]], ...] = (
    ("welc.", (Topic.WELCOME,)),
    ("proof", (Topic.PROOF_REMINDER,)),
    ("conf.", (Topic.CONFIRMED,)),
    ("canc.", (Topic.CANCELLED, Topic.REINSTATED)),
    ("notice", (Topic.RENEWAL_NOTICE,)),
    ("remind", (Topic.RENEWAL_REMINDER,)),
    ("renew", (Topic.RENEWED, Topic.DECLINED)),
    ("exp.", (Topic.EXPIRED,)),
    ("survey", (Topic.SURVEY,)),
)


def as_text(outcome: SimulationOutcome) -> str:
    """The report as text."""
    parameters, months = outcome.parameters, outcome.months
    head = f"{parameters.organisations} organisations from {FIRST_DAY} to {parameters.last_day}, seed {parameters.seed}"
    parts = [head]
    if months:
        parts += [_states_and_deeds(months), _letters(months), _totals(outcome), _state_chart(months)]
        parts.append(_letter_chart(months))
    if not outcome.broken:
        parts.append(_all_hold())
    return "\n\n".join(parts)


def as_json(outcome: SimulationOutcome) -> dict[str, object]:
    """The report as JSON values: only what follows from the seed, so that two runs print the same."""
    parameters = outcome.parameters
    deeds, letters = total(outcome.months)
    return {
        "organisations": parameters.organisations,
        "years": parameters.years,
        "seed": parameters.seed,
        "from": FIRST_DAY.isoformat(),
        "to": parameters.last_day.isoformat(),
        "months": [month.as_json() for month in outcome.months],
        "deeds": dict(sorted(deeds.items())),
        "letters": dict(sorted(letters.items())),
        "checks": dict(sorted(outcome.answers.items())),
        "refused": dict(sorted(outcome.refused.items())),
        "invariants": {name: [each.fault for each in _of(name, outcome.broken)] for name in INVARIANTS},
    }


def _states_and_deeds(months: Sequence[Month]) -> str:
    """A table by month: the states at its end, and the commands in it."""
    rows = [[month.name, *_counts(month)] for month in months]
    deeds, _ = total(months)
    rows.append(["total", *("" for _ in _STATES), *(str(deeds[name]) for name, _ in _DEEDS)])
    return _table("month", [*(words for _, words, _ in _STATES), *(words for _, words in _DEEDS)], rows)


def _counts(month: Month) -> list[str]:
    return [
        *(str(month.states[state]) for state, _, _ in _STATES),
        *(str(month.deeds[name]) for name, _ in _DEEDS),
    ]


def _letters(months: Sequence[Month]) -> str:
    """A table by month: the letters by kind; "canc." includes reinstated, "renew" includes declined."""
    grouped = {topic.value for _, topics in _LETTERS for topic in topics}

    def row(name: str, letters: dict[str, int]) -> list[str]:
        counts = [sum(letters.get(topic.value, 0) for topic in topics) for _, topics in _LETTERS]
        others = sum(number for topic, number in letters.items() if topic not in grouped)
        return [name, *map(str, counts), str(others), str(sum(letters.values()))]

    rows = [row(month.name, month.letters) for month in months]
    _, letters = total(months)
    rows.append(row("total", letters))
    return _table("letters", [*(words for words, _ in _LETTERS), "others", "all"], rows)


def _table(corner: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Right-aligned columns, as narrow as possible, with the last row below a line."""
    head = [corner, *columns]
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    lines = [_line(row, widths) for row in (head, *rows)]
    rule = "-" * max(map(len, lines))
    return "\n".join((lines[0], rule, *lines[1:-1], rule, lines[-1]))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (field.rjust(width) for field, width in zip(row, widths, strict=True))
    return " ".join((first.strip().ljust(widths[0]), *others)).rstrip()


def _totals(outcome: SimulationOutcome) -> str:
    """The totals for which the tables have no room."""
    deeds, letters = total(outcome.months)
    shown = {name for name, _ in _DEEDS}
    return "\n".join(
        (
            *_wrapped("Also", {name: deeds[name] for name in sorted(deeds) if name not in shown}),
            *_wrapped("Letters", dict(sorted(letters.items()))),
            *_wrapped("Checks at events", dict(sorted(outcome.answers.items()))),
            *_wrapped("Refused, as the rules have it", dict(sorted(outcome.refused.items()))),
        )
    )


def _wrapped(what: str, counts: dict[str, int]) -> list[str]:
    text = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counts.items())
    return textwrap.wrap(f"{what}: {text or 'none'}", WIDTH, subsequent_indent="  ")


def _state_chart(months: Sequence[Month]) -> str:
    """A bar for each month: the organisations by state at its end."""
    scale = max(sum(month.states.values()) for month in months) or 1
    legend = "  ".join(f"{block} {state.value.lower()}" for state, _, block in _STATES)
    lines = [f"at each month's end: {legend}"]
    for month in months:
        bar, reached, drawn = "", 0, 0
        for state, _, block in _STATES:
            # from the running total, so that rounding never makes a bar too long
            reached += month.states[state]
            end = round(CHART_WIDTH * reached / scale)
            bar, drawn = bar + block * (end - drawn), end
        lines.append(f"{month.name} {bar.ljust(CHART_WIDTH)} {month.live:>5} live")
    return "\n".join(lines)


def _letter_chart(months: Sequence[Month]) -> str:
    """A bar for each month: how many letters were sent."""
    counts = [sum(month.letters.values()) for month in months]
    scale = max(counts) or 1
    lines = ["letters sent in each month"]
    for month, number in zip(months, counts, strict=True):
        bar = "█" * round(CHART_WIDTH * number / scale)
        lines.append(f"{month.name} {bar.ljust(CHART_WIDTH)} {number:>5}")
    return "\n".join(lines)


def _all_hold() -> str:
    return "\n".join(textwrap.wrap(f"All {len(INVARIANTS)} invariants hold: {', '.join(INVARIANTS)}.", WIDTH))


def sentences_of(broken: Sequence[Violation]) -> list[str]:
    """A sentence for each violated invariant, with some of its violations."""
    sentences = []
    for name in dict.fromkeys(each.invariant for each in broken):
        faults = [each.fault for each in _of(name, broken)]
        more = f", and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        sentences.append(f"The invariant {name} does not hold: {'; '.join(faults[:SHOWN_FAULTS])}{more}.")
    return sentences


def _of(name: str, broken: Iterable[Violation]) -> list[Violation]:
    return [each for each in broken if each.invariant == name]
