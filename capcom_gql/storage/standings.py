"""The state of subscriptions and redemptions as SQL, for filters and orders over many rows.

The rules are `lifecycle.standing` and `discounts.redemption_state`; this is their only second writing, and a property
test holds the two equal on both engines. Whatever is read of one object goes through the rules themselves.
"""

from capcom_gql.storage import database


def standings(today: str, terms: str = "TRUE") -> str:
    """A SELECT of how every subscription stands on a day, one row each, as if the tick had run.

    `today` is the day's placeholder, `terms` a condition on the term rows that narrows them to some subscriptions.
    Columns: subscription_id, state, is_live, plan_code (of the term that speaks), starts_on, ends_on, proof_due_on
    (the earliest awaited, NULL when none). A subscription of which no term has begun has no row.
    """
    return f"""
    SELECT subscription_id, plan_code, is_running AS is_live, proof_due_on,
        CASE WHEN is_running AND confirmed_at IS NOT NULL THEN 'CONFIRMED' WHEN is_running THEN 'PROVISIONAL'
            WHEN is_cancelled THEN 'CANCELLED' ELSE 'EXPIRED' END AS state,
        CASE WHEN is_running THEN chain_starts_on ELSE starts_on END AS starts_on,
        CASE WHEN is_running THEN chain_ends_on ELSE ends_on END AS ends_on
    FROM (
        SELECT subscription_id, plan_code, starts_on, ends_on, confirmed_at, is_cancelled, is_running, has_begun,
            min(CASE WHEN confirmed_at IS NULL AND NOT is_cancelled THEN proof_due_on END)
                OVER (PARTITION BY subscription_id) AS proof_due_on,
            min(starts_on) OVER (PARTITION BY subscription_id, is_cancelled, chain) AS chain_starts_on,
            max(ends_on) OVER (PARTITION BY subscription_id, is_cancelled, chain) AS chain_ends_on,
            row_number() OVER (
                PARTITION BY subscription_id
                ORDER BY is_running DESC, has_begun DESC, starts_on DESC, opened_at DESC, id DESC
            ) AS rank
        FROM (
            SELECT linked.*,
                sum(CASE WHEN follows THEN 0 ELSE 1 END)
                    OVER (PARTITION BY subscription_id, is_cancelled ORDER BY starts_on, opened_at, id) AS chain
            FROM (
                SELECT settled.*, NOT is_cancelled AND {today} BETWEEN starts_on AND ends_on AS is_running,
                    {_day_before("starts_on")} = lag(ends_on)
                        OVER (PARTITION BY subscription_id, is_cancelled ORDER BY starts_on, opened_at, id) AS follows
                FROM ({_settled(today, terms)}) AS settled
            ) AS linked
        ) AS chained
    ) AS spoken
    WHERE rank = 1 AND has_begun
    """


def _settled(today: str, terms: str) -> str:
    """Every term as `lifecycle.lapsed` reads it: its own cancellation, or that of the first term fallen before it."""
    return f"""
    SELECT id, subscription_id, plan_code, opened_at, starts_on, ends_on, proof_due_on, confirmed_at,
        cancelled_at IS NOT NULL OR fallen_due_on IS NOT NULL AS is_cancelled,
        starts_on <= {today} AND CASE
            WHEN cancelled_at IS NOT NULL THEN cancelled_at > starts_at
            WHEN fallen_due_on IS NOT NULL THEN fallen_due_on >= starts_on
            ELSE TRUE END AS has_begun
    FROM (
        SELECT recorded.*,
            min(CASE WHEN cancelled_at IS NULL AND confirmed_at IS NULL AND proof_due_on < {today}
                THEN proof_due_on END) OVER (PARTITION BY subscription_id ORDER BY starts_on, opened_at, id) AS fallen_due_on
        FROM (
            SELECT term.*, CASE WHEN withdrawn_at IS NOT NULL THEN withdrawn_at
                WHEN reinstated_at IS NULL THEN unpaid_at END AS cancelled_at
            FROM term WHERE {terms}
        ) AS recorded
    ) AS overdue
    """


def redemption_state(today: str) -> str:
    """The state of a redemption on a day: an expression over `redemption` and its `term`."""
    return f"""CASE
        WHEN redemption.released_at IS NOT NULL THEN 'RELEASED'
        WHEN term.confirmed_at IS NOT NULL THEN 'FINAL'
        WHEN term.withdrawn_at IS NOT NULL OR (term.unpaid_at IS NOT NULL AND term.reinstated_at IS NULL)
            OR term.proof_due_on < {today} THEN 'TO_REINVOICE'
        ELSE 'PROVISIONAL' END"""


def _day_before(column: str) -> str:
    return f"({column} - 1)" if database.is_postgres() else f"date({column}, '-1 day')"
