"""`capcom retention`: delete or blank what is past its retention time, or print what would be."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from capcom_gql.domain.privacy import Retained, RetentionPolicy
    from capcom_gql.services.privacy.apply_retention import Expired
    from capcom_gql.settings import Settings


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; print what would go, and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the ids of the persons.")] = False,
) -> None:
    """Delete or blank permanently what is past its retention time, and print why; --dry-run only prints.

    Events, redemptions, proofs, terms, seats and numbers are kept: they are the books. May run while servers run, and
    by cron.
    """
    from capcom_gql.cli.screen import note, show_json, show_table
    from capcom_gql.settings import load

    settings = load()
    policy = _policy(settings)
    found, why = asyncio.run(_run(settings, policy, dry_run=dry_run)), _why(policy)
    if as_json:
        parts = [{"kind": kind.value, "count": count, "why": why[kind]} for kind, count in found.counts.items()]
        show_json(
            {"applied": not dry_run, "kinds": parts, "personIds": list(found.person_ids), "kept": dict(found.kept)}
        )
    else:
        counted = [(kind.value, str(count), why[kind]) for kind, count in found.counts.items()]
        show_table(("kind", "would go" if dry_run else "gone", "why"), counted)
    for person_id, code in found.kept.items():
        note(f"{person_id} is not erased: {code}")
    if dry_run and any(found.counts.values()):
        note("nothing was changed; without --dry-run it is deleted or blanked permanently")


def _policy(settings: "Settings") -> "RetentionPolicy":
    from capcom_gql.domain.privacy import RetentionPolicy

    return RetentionPolicy(
        letters_months=settings.keep_letters_months,
        comments_months=settings.keep_comments_months,
        support_months=settings.keep_support_months,
        persons_years=settings.keep_persons_years,
        mailbox_days=settings.keep_mailbox_days,
    )


def _why(policy: "RetentionPolicy") -> "Mapping[Retained, str]":
    from capcom_gql.domain.privacy import Retained

    letters = f"over for {policy.letters_months} months"
    return {
        Retained.PERSONS: f"no seat for {policy.persons_years} years, not staff: erased as capcom person erase does",
        Retained.SESSIONS: "signed out, or past their 24 hours: deleted",
        Retained.LINKS: "used, or past their time: deleted",
        Retained.EMAIL_CHANGES: "confirmed, or past their time, and no letter about them waits: deleted",
        Retained.IDEMPOTENCY: "older than the 24 hours for which a key repeats its answer: deleted",
        Retained.COUNTERS: "of a period that is over: deleted",
        Retained.ATTEMPTS: f"{letters}: what the provider said is blanked; when, and how it ended, stays",
        Retained.LETTERS: f"{letters}: recipient and subject are blanked; that it was sent, and when, stays",
        Retained.COMMENTS: f"answered {policy.comments_months} months ago: blanked; the score stays",
        Retained.SUPPORT: (
            f"closed for {policy.support_months} months: question and answer are blanked; the check stays"
        ),
        Retained.ERASED: "written after the erasure: blanked",
        Retained.MAILBOX: f"older than {policy.mailbox_days} days, or to an address that nobody has any more: deleted",
    }


async def _run(settings: "Settings", policy: "RetentionPolicy", *, dry_run: bool) -> "Expired":
    from capcom_gql.cli.deeds import COMMAND_LINE, installation
    from capcom_gql.services.privacy.apply_retention import apply_retention, count_expired

    mailbox = settings.data_dir / "mailbox"
    async with installation(settings) as runtime:
        if dry_run:
            return await count_expired(runtime, policy, mailbox)
        return await apply_retention(runtime, COMMAND_LINE, policy, mailbox)
