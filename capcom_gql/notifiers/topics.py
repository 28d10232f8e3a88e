"""Every letter's topic and the keys its templates are given: one table, which `rendering.render` holds to."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKeys:
    """What a letter must be told: `needs` never None, `may_lack` present but None where there is none.

    `prose` are those of its texts, at any depth, whose line breaks are kept, since people wrote them at length.
    """

    needs: frozenset[str]
    may_lack: frozenset[str] = frozenset()
    prose: frozenset[str] = frozenset()
    has_html: bool = True


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


TOPICS: Mapping[str, LetterKeys] = MappingProxyType(
    {
        # To each user, on having a seat. `proof_due_on` is None once the proof is recorded.
        "welcome": LetterKeys(
            needs=_keys(
                "person organisation_name plan_name subscriber_number is_manager starts_on ends_on services "
                "discounts link link_hours login_url support_email"
            ),
            may_lack=_keys("proof_due_on manager_name"),
        ),
        # To whoever asked for a password, and to a signer who holds no seat.
        "password_link": LetterKeys(needs=_keys("person link link_hours login_url support_email")),
        # To the manager, some days before the proof is due.
        "proof_reminder": LetterKeys(
            needs=_keys("person organisation_name plan_name proof_due_on starts_on ends_on support_email")
        ),
        # To the manager, when the proof is recorded.
        "confirmed": LetterKeys(
            needs=_keys("person organisation_name plan_name starts_on ends_on login_url support_email")
        ),
        # To the manager and the users. `reason` is UNPAID, WITHDRAWN or BY_STAFF; `proof_due_on` goes with UNPAID.
        # `running_ends_on` is given where only a year to come fell, and then `renew_url` for the manager.
        "cancelled": LetterKeys(
            needs=_keys("person organisation_name is_manager reason cancelled_on support_email"),
            may_lack=_keys("proof_due_on running_ends_on renew_url"),
        ),
        # To the manager and the users; `is_over` where the last day of that year is past.
        "reinstated": LetterKeys(
            needs=_keys(
                "person organisation_name plan_name subscriber_number is_manager is_over starts_on ends_on "
                "support_email"
            )
        ),
        # To the manager and the users, one month before the end. `renew_url` is the manager's alone, and
        # `manager_name` is None when nobody manages the subscription any more.
        "renewal_notice": LetterKeys(
            needs=_keys("person organisation_name plan_name is_manager ends_on support_email"),
            may_lack=_keys("manager_name renew_url"),
        ),
        # As the notice. `reminder_number` is 1 to 3, by its place before the end; `days_left` is 0 on the last day.
        "renewal_reminder": LetterKeys(
            needs=_keys(
                "person organisation_name plan_name is_manager ends_on reminder_number days_left support_email"
            ),
            may_lack=_keys("manager_name renew_url"),
        ),
        # To the manager and the users. The dates are the new year's but for `running_ends_on`; `proof_due_on` is
        # None once its proof is recorded.
        "renewed": LetterKeys(
            needs=_keys(
                "person organisation_name plan_name subscriber_number is_manager starts_on ends_on running_ends_on "
                "support_email"
            ),
            may_lack=_keys("proof_due_on"),
        ),
        # To the manager, who said that the subscription will not be renewed.
        "declined": LetterKeys(needs=_keys("person organisation_name plan_name ends_on renew_url support_email")),
        # To the manager and the users, the day after the last day.
        "expired": LetterKeys(
            needs=_keys("person organisation_name is_manager ends_on login_url support_email"),
            may_lack=_keys("manager_name"),
        ),
        # To each user, once a year. `closes_on` is the last day for an answer, `unsubscribe_url` the page on which
        # they may ask for no more surveys by mail.
        "survey": LetterKeys(
            needs=_keys("person organisation_name ends_on survey_url unsubscribe_url closes_on support_email")
        ),
        # To the person whose seat it was. `manager_name` is None when nobody manages the subscription any more.
        "seat_removed": LetterKeys(
            needs=_keys("person organisation_name subscriber_number support_email"),
            may_lack=_keys("manager_name"),
        ),
        # To both: `is_manager` is true for the new one, whose name `manager_name` is, and false for the former.
        "manager_changed": LetterKeys(
            needs=_keys("person organisation_name is_manager manager_name login_url support_email")
        ),
        # To the old address and the new one. `is_done` where staff changed it; else the new one gets `link`.
        "email_change": LetterKeys(
            needs=_keys("person new_email is_old is_done support_email"),
            may_lack=_keys("link link_hours"),
        ),
        # To the support address. `request` is {id, message, opened_by, email, subscriber_number, reason}: `message`
        # is what the user wrote, `reason` what the check answers, a sentence or a code, or None.
        "support_opened": LetterKeys(needs=_keys("request"), prose=_keys("message"), has_html=False),
        # To whoever opened the request: what they wrote, and the answer.
        "support_answer": LetterKeys(
            needs=_keys("person question answer support_email"), prose=_keys("question answer")
        ),
        # To the support address. `notice` is {kind, organisation_name, subject_ids}; its kind is signup.refused,
        # organisation.duplicate_suspected, or, with {url, reason} besides, endpoint.failing or endpoint.disabled:
        # there organisation_name is None for an endpoint of the operator's, and reason may be None.
        "staff_notice": LetterKeys(needs=_keys("notice"), has_html=False),
    }
)
"""Each topic and its keys. Types: `person` {given_name, family_name, email}; `*_on` date (a civil day);
`services` list of codes, not empty; `discounts` list of {event_kind, percent} or {event_kind, amount: finished
text}, which may be empty; `link` an address good once, `link_hours` int, other `*_url` addresses; `is_*` bool;
`reminder_number` and `days_left` int; all else text."""
