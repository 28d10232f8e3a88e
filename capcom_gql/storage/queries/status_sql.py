"""The status of subscriptions and the state of redemptions as SQL, for filters and orders over many rows.

The rules are `lifecycle.subscription_status` and `discounts.redemption_state`; this is their only second
implementation, and a property test checks that both agree on both engines. Reads of one object use the rules.
"""

from capcom_gql.storage.engine import database


def statuses(today: str, organisations: str = "TRUE") -> str:
    """A SELECT of the status of every organisation's subscription on a day, one row each, as if the tick had run.

    `today` is the placeholder of the civil day, `organisations` a condition on the rows of `organisation`. The columns
    are organisation_id and, as in `SubscriptionStatus`, state, is_live, plan_code (of `term`), starts_on, ends_on and
    proof_due_on; all but the first are NULL where no term has begun.
    """
    day_before, day_after = _neighbours("starts_on", "ends_on")
    in_order = "ORDER BY starts_on, opened_at, term_id"
    return f"""
    WITH recorded AS (
        SELECT organisation.id AS organisation_id, term.id AS term_id, plan_code, opened_at, starts_on, starts_at,
            ends_on, proof_due_on, confirmed_at IS NOT NULL AS is_confirmed,
            CASE WHEN withdrawn_at IS NOT NULL THEN withdrawn_at
                WHEN reinstated_at IS NULL THEN unpaid_at END AS cancelled_at
        FROM organisation
        LEFT JOIN subscription ON subscription.organisation_id = organisation.id
        LEFT JOIN term ON term.subscription_id = subscription.id
        WHERE {organisations}
    ), unpaid AS (
        -- the due day of the first term cancelled unpaid, for that term and every later one
        SELECT recorded.*, min(CASE WHEN cancelled_at IS NULL AND NOT is_confirmed AND proof_due_on < {today}
            THEN proof_due_on END) OVER (PARTITION BY organisation_id {in_order}) AS unpaid_due_on
        FROM recorded
    ), effective AS (
        SELECT organisation_id, term_id, plan_code, opened_at, starts_on, ends_on, proof_due_on, is_confirmed,
            cancelled_at IS NOT NULL OR unpaid_due_on IS NOT NULL AS is_cancelled,
            starts_on <= {today} AND CASE
                WHEN cancelled_at IS NOT NULL THEN cancelled_at > starts_at
                WHEN unpaid_due_on IS NOT NULL THEN unpaid_due_on >= starts_on
                ELSE TRUE END AS has_begun
        FROM unpaid
    ), linked AS (
        -- the first and the last day of each unbroken chain of terms that are not cancelled, on its first and last term
        SELECT effective.*, NOT is_cancelled AND {today} BETWEEN starts_on AND ends_on AS is_running,
            CASE WHEN {day_before} = lag(ends_on) OVER kept THEN NULL ELSE starts_on END AS chain_from,
            CASE WHEN {day_after} = lead(starts_on) OVER kept THEN NULL ELSE ends_on END AS chain_to
        FROM effective WINDOW kept AS (PARTITION BY organisation_id, is_cancelled {in_order})
    ), ranked AS (
        SELECT linked.*,
            max(CASE WHEN NOT is_cancelled AND chain_from <= {today} THEN chain_from END) OVER every AS runs_from,
            min(CASE WHEN NOT is_cancelled AND chain_to >= {today} THEN chain_to END) OVER every AS runs_to,
            min(CASE WHEN NOT is_cancelled AND NOT is_confirmed THEN proof_due_on END) OVER every AS awaited_on,
            row_number() OVER (PARTITION BY organisation_id
                ORDER BY is_running DESC, has_begun DESC, starts_on DESC, opened_at DESC, term_id DESC) AS place
        FROM linked WINDOW every AS (PARTITION BY organisation_id)
    )
    SELECT organisation_id,
        CASE WHEN is_running AND is_confirmed THEN 'CONFIRMED' WHEN is_running THEN 'PROVISIONAL'
            WHEN has_begun AND is_cancelled THEN 'CANCELLED' WHEN has_begun THEN 'EXPIRED' END AS state,
        CASE WHEN has_begun THEN is_running END AS is_live,
        CASE WHEN has_begun THEN plan_code END AS plan_code,
        CASE WHEN is_running THEN runs_from WHEN has_begun THEN starts_on END AS starts_on,
        CASE WHEN is_running THEN runs_to WHEN has_begun THEN ends_on END AS ends_on,
        CASE WHEN has_begun THEN awaited_on END AS proof_due_on
    FROM ranked WHERE place = 1
    """


def _neighbours(first_day: str, last_day: str) -> tuple[str, str]:
    """The SQL of the day before one column and of the day after another."""
    if database.is_postgres():
        return f"{first_day} - 1", f"{last_day} + 1"
    return f"date({first_day}, '-1 day')", f"date({last_day}, '+1 day')"


def redemption_state(today: str) -> str:
    """The state of a redemption on the day whose placeholder is `today`: an expression over `redemption` and `term`."""
    return f"""CASE
        WHEN redemption.released_at IS NOT NULL THEN 'RELEASED'
        WHEN term.confirmed_at IS NOT NULL THEN 'FINAL'
        WHEN term.withdrawn_at IS NOT NULL OR (term.unpaid_at IS NOT NULL AND term.reinstated_at IS NULL)
            OR term.proof_due_on < {today} THEN 'TO_REINVOICE'
        ELSE 'PROVISIONAL' END"""
