"""Check an organisation before its import: whether it exists already, and its faults against database and calendar."""

import hashlib
from collections.abc import Sequence
from datetime import date

from capcom_gql.domain.imports import check_imported_term
from capcom_gql.domain.refusals import Fault, invalid
from capcom_gql.domain.seats import check_capacity
from capcom_gql.domain.sign_ups import check_plan
from capcom_gql.domain.terms import Term
from capcom_gql.forms import MAX_NAME
from capcom_gql.services.importing.columns import COLUMNS
from capcom_gql.services.importing.group_lines import LineFault
from capcom_gql.services.importing.read_candidates import Candidate
from capcom_gql.storage.engine import database
from capcom_gql.storage.tables import Plan, Seat
from capcom_gql.subscription.organisations import folded_columns_of
from capcom_gql.subscription.proofs import read_proof

IMPORTED = "import:"
"""The beginning of the step key of an opening by an import."""

_ORDER = {"": 0} | {column.name: place for place, column in enumerate(COLUMNS, start=1)}


def opening_key(candidate: Candidate) -> str:
    """The step key of the event of an organisation's opening, by which a second import finds it.

    It is a digest of the organisation's key in the file, since events hold no names (R21).
    """
    return f"{IMPORTED}{hashlib.sha256(candidate.group.key.encode()).hexdigest()[:32]}"


async def find_existing(candidate: Candidate) -> str | None:
    """The id of the organisation where it exists already, otherwise None.

    It is found by an earlier import, by its id as `reference` (as exports write it), by its SIRET, or by name and
    postal code where one of the two has no SIRET.
    """
    given, group = candidate.organisation.partial, candidate.group
    if group.has_bad_siret and not group.siret and not group.value("reference"):
        # an organisation with the same name must not hide the fault of the SIRET
        return None
    # nor the fault of several in the file that may be the same
    by_name = given.postal_code is not None and not group.is_ambiguous
    found = await database.rows(
        """
        SELECT organisation_id AS id, 1 AS certainty FROM event WHERE step_key = $1
        UNION ALL SELECT id, 2 FROM organisation WHERE id = $2
        UNION ALL SELECT id, 3 FROM organisation WHERE siret = $3
        UNION ALL SELECT id, 4 FROM organisation
            WHERE name_folded = $4 AND postal_code = $5 AND (siret IS NULL OR $3 = '')
        ORDER BY certainty, id LIMIT 1
        """,
        [
            opening_key(candidate),
            group.value("reference"),
            given.siret or "",
            folded_columns_of(given)["name_folded"] if by_name else "",
            given.postal_code or "",
        ],
    )
    return str(found[0]["id"]) if found else None


async def faults_of(
    candidate: Candidate, plan: Plan | None, facts: Term | None, on_offer: Sequence[str], today: date
) -> tuple[LineFault, ...]:
    """All faults of an organisation, in the order of the file.

    `facts` is its term; None where plan or first day are missing. A closed plan is no fault, since it is kept, not
    newly chosen (R14).
    """
    faults: list[Fault] = []
    if candidate.plan_code:
        is_open = None if plan is None else True
        faults += check_plan(candidate.plan_code[:MAX_NAME], is_open=is_open, on_offer=on_offer)
    if plan is not None:
        count = len(candidate.users)
        for full in check_capacity(0, count, plan.seat_limit):
            faults.append(Fault(full.code, ("plan",), "import_seats", {**full.data, "count": count}))
    if facts is not None:
        # a proof without a yes in `confirmed` is reported as a fault of its own
        has_proof = candidate.is_confirmed or candidate.proof is not None
        faults += check_imported_term(facts, candidate.last_day, is_confirmed=has_proof, today=today)
    if candidate.proof is not None:
        faults += read_proof(candidate.proof, today).faults
    placed = [*candidate.faults, *map(candidate.locate, faults), *await _numbers_used(candidate)]
    # a cell in which the spreadsheet wrote an error has that fault only
    failed = {(line.number, column) for line in candidate.group.lines for column in line.failed}
    reported = [each for each in placed if each.fault.key == "import_failed" or (each.line, each.column) not in failed]
    return tuple(sorted(reported, key=lambda each: (each.line, _ORDER[each.column])))


async def _numbers_used(candidate: Candidate) -> list[LineFault]:
    """The faults of subscriber numbers that exist here already: a number is never given again (R12)."""
    lines = {user.number: user.line for user in candidate.users if user.number is not None}
    if not lines:
        return []
    used = await Seat.filter(number__in=list(lines)).values_list("number", flat=True)
    fault = invalid((), "import_number_used")
    return [LineFault(lines[str(number)], "subscriber_number", fault) for number in used]
