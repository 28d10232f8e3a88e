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
    day_before = "starts_on - 1" if database.is_postgres() else "date(starts_on, '-1 day')"
    in_order = "ORDER BY starts_on, opened_at, id"
    return f"""
    WITH recorded AS (
        SELECT term.*, CASE WHEN withdrawn_at IS NOT NULL THEN withdrawn_at
            WHEN reinstated_at IS NULL THEN unpaid_at END AS cancelled_at
        FROM term WHERE {terms}
    ), lapsed AS (
        -- the due day of the first term that fell unpaid, for that term and every later one
        SELECT recorded.*, min(CASE WHEN cancelled_at IS NULL AND confirmed_at IS NULL AND proof_due_on < {today}
            THEN proof_due_on END) OVER (PARTITION BY subscription_id {in_order}) AS fallen_due_on
        FROM recorded
    ), settled AS (
        SELECT lapsed.*, cancelled_at IS NOT NULL OR fallen_due_on IS NOT NULL AS is_cancelled,
            starts_on <= {today} AND CASE
                WHEN cancelled_at IS NOT NULL THEN cancelled_at > starts_at
                WHEN fallen_due_on IS NOT NULL THEN fallen_due_on >= starts_on
                ELSE TRUE END AS has_begun
        FROM lapsed
    ), linked AS (
        SELECT settled.*, NOT is_cancelled AND {today} BETWEEN starts_on AND ends_on AS is_running,
            {day_before} = lag(ends_on) OVER (PARTITION BY subscription_id, is_cancelled {in_order}) AS follows
        FROM settled
    ), chained AS (
        SELECT linked.*, sum(CASE WHEN follows THEN 0 ELSE 1 END)
            OVER (PARTITION BY subscription_id, is_cancelled {in_order}) AS chain
        FROM linked
    ), ranked AS (
        SELECT chained.*,
            min(starts_on) OVER (PARTITION BY subscription_id, is_cancelled, chain) AS chain_starts_on,
            max(ends_on) OVER (PARTITION BY subscription_id, is_cancelled, chain) AS chain_ends_on,
            min(CASE WHEN confirmed_at IS NULL AND NOT is_cancelled THEN proof_due_on END)
                OVER (PARTITION BY subscription_id) AS awaited_on,
            row_number() OVER (PARTITION BY subscription_id
                ORDER BY is_running DESC, has_begun DESC, starts_on DESC, opened_at DESC, id DESC) AS place
        FROM chained
    )
    SELECT subscription_id, plan_code, is_running AS is_live, awaited_on AS proof_due_on,
        CASE WHEN is_running AND confirmed_at IS NOT NULL THEN 'CONFIRMED' WHEN is_running THEN 'PROVISIONAL'
            WHEN is_cancelled THEN 'CANCELLED' ELSE 'EXPIRED' END AS state,
        CASE WHEN is_running THEN chain_starts_on ELSE starts_on END AS starts_on,
        CASE WHEN is_running THEN chain_ends_on ELSE ends_on END AS ends_on
    FROM ranked WHERE place = 1 AND has_begun
    """


def redemption_state(today: str) -> str:
    """The state of a redemption on a day: an expression over `redemption` and its `term`."""
    return f"""CASE
        WHEN redemption.released_at IS NOT NULL THEN 'RELEASED'
        WHEN term.confirmed_at IS NOT NULL THEN 'FINAL'
        WHEN term.withdrawn_at IS NOT NULL OR (term.unpaid_at IS NOT NULL AND term.reinstated_at IS NULL)
            OR term.proof_due_on < {today} THEN 'TO_REINVOICE'
        ELSE 'PROVISIONAL' END"""
