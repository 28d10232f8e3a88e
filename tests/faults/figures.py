"""A report in words, one figure a line."""

from tests.faults.run import Report

PROMISED = 10.0
"""Seconds within which work that a crash has orphaned goes on."""


def told(report: Report) -> str:
    """What a run has shown, for people and for the test's own message."""
    verdict, plan = report.verdict, report.plan
    # an address may hold a password
    broker = plan.broker.partition(":")[0]
    ages, attended = (
        (sorted(each, reverse=True) for each in zip(*report.ages, strict=True)) if report.ages else ([], [])
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.faults.items(), key=lambda each: -each[1]))
    return "\n".join(
        [
            f"{plan.database}, broker {broker}, seed {plan.seed}: {report.seconds:.0f} s in all",
            f"events              {verdict.events}, of them {verdict.steps} steps of the calendar",
            f"deeds               {verdict.acknowledged} acknowledged; {report.unanswered} requests without an answer",
            f"letters             {verdict.letters}",
            f"stops of the clock  {report.stops}, the slowest recorded after {report.slowest_stop:.1f} s",
            f"faults              {sum(report.faults.values())}: {kinds}",
            f"receiver's faults   {verdict.receiver_faults} answers refused or dropped",
            f"lost                {len(verdict.lost)}",
            f"doubled             {len(verdict.doubled)}",
            f"wrong               {len(verdict.wrong)}",
            f"repeats             {verdict.repeats} before de-duplication by id, {verdict.repeats_after} after",
            f"orphans resumed     {len(ages)}; slowest {_slowest(ages)}, "
            f"of that with anybody at work {_slowest(attended)}",
            f"drained             in {report.drained:.1f} s once the harm was over",
        ]
    )


def _slowest(ages: list[float]) -> str:
    late = sum(age > PROMISED for age in ages)
    return f"{max(ages, default=0):.1f} s ({late} past {PROMISED:g} s)"
