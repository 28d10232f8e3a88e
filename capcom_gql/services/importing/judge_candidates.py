"""Judge an organisation that is to be imported: whether it is there already, and what the database and the day say."""

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
"""How the key of an opening by an import begins."""

_ORDER = {"": 0} | {column.name: place for place, column in enumerate(COLUMNS, start=1)}


def opening_key(candidate: Candidate) -> str:
    """What the event of its opening is known by, so that a second run knows the organisation again.

    A digest: events hold no names (R21).
    """
    return f"{IMPORTED}{hashlib.sha256(candidate.group.key.encode()).hexdigest()[:32]}"


async def kept_already(candidate: Candidate) -> str | None:
    """The id of the organisation if it is there: imported before, or known by its SIRET; else by name and postal
    code, where the file or what is kept has no SIRET. None if it is not.

    An export of this very installation gives its organisations' ids as their references.
    """
    given, group = candidate.organisation.partial, candidate.group
    if group.has_bad_siret and not group.siret and not group.value("reference"):
        # its fault must not be hidden by a namesake
        return None
    # nor what keeps its namesakes of the file out
    by_name = given.postal_code is not None and not group.is_mixed_up
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
    """Everything that is wrong with it, in the order of the file. `facts` is its term, if that can be told at all.

    A closed plan is no fault: it is held already, not newly chosen (R14).
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
        # a proof that is described without a yes is a fault already
        has_proof = candidate.is_confirmed or candidate.proof is not None
        faults += check_imported_term(facts, candidate.last_day, is_confirmed=has_proof, today=today)
    if candidate.proof is not None:
        faults += read_proof(candidate.proof, today).faults
    placed = [*candidate.faults, *map(candidate.place, faults), *await _numbers_used(candidate)]
    # what is missing because the spreadsheet failed there is one fault
    failed = {(line.number, column) for line in candidate.group.lines for column in line.failed}
    told = [each for each in placed if each.fault.key == "import_failed" or (each.line, each.column) not in failed]
    return tuple(sorted(told, key=lambda each: (each.line, _ORDER[each.column])))


async def _numbers_used(candidate: Candidate) -> list[LineFault]:
    """A number is never given to anyone else (R12): one that is kept here already is refused."""
    lines = {user.number: user.line for user in candidate.users if user.number is not None}
    if not lines:
        return []
    used = await Seat.filter(number__in=list(lines)).values_list("number", flat=True)
    fault = invalid((), "import_number_used")
    return [LineFault(lines[str(number)], "subscriber_number", fault) for number in used]
