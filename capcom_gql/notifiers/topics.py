"""The keys that the templates of each letter get: one table, which `rendering.render` enforces."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKeys:
    """The keys of a letter's context."""

    required: frozenset[str]
    """Keys that must be present and not None."""
    nullable: frozenset[str] = frozenset()
    """Keys that must be present and may be None."""
    prose: frozenset[str] = frozenset()
    """Keys, at any depth, of texts that people wrote: the template gets each as a list of lines."""
    has_html: bool = True
    """Whether the letter has an HTML form."""


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


TOPICS: Mapping[str, LetterKeys] = MappingProxyType(
    {
        # To each user, on having a seat. `proof_due_on` is None once the proof is recorded.
        "welcome": LetterKeys(
            required=_keys(
                "person organisation_name plan_name subscriber_number is_manager starts_on ends_on services "
                "discounts link link_hours login_url support_email"
            ),
            nullable=_keys("proof_due_on manager_name"),
        ),
        # To the person who asked for a password, and to a signer who holds no seat (R5).
        "password_link": LetterKeys(required=_keys("person link link_hours login_url support_email")),
        # To the manager, some days before the proof is due.
        "proof_reminder": LetterKeys(
            required=_keys("person organisation_name plan_name proof_due_on starts_on ends_on support_email")
        ),
        # To the manager, when the proof is recorded.
        "confirmed": LetterKeys(
            required=_keys("person organisation_name plan_name starts_on ends_on login_url support_email")
        ),
        # To the manager and the users. `reason` is UNPAID, WITHDRAWN or BY_STAFF; `proof_due_on` goes with UNPAID.
        # Where only the coming year was cancelled, `running_ends_on` is given, and `renew_url` for the manager.
        "cancelled": LetterKeys(
            required=_keys("person organisation_name is_manager reason cancelled_on support_email"),
            nullable=_keys("proof_due_on running_ends_on renew_url"),
        ),
        # To the manager and the users; `is_over` where the last day of that year is past.
        "reinstated": LetterKeys(
            required=_keys(
                "person organisation_name plan_name subscriber_number is_manager is_over starts_on ends_on "
                "support_email"
            )
        ),
        # To the manager and the users, one month before the end. `renew_url` is the manager's alone, and
        # `manager_name` is None when nobody manages the subscription any more.
        "renewal_notice": LetterKeys(
            required=_keys("person organisation_name plan_name is_manager ends_on support_email"),
            nullable=_keys("manager_name renew_url"),
        ),
        # As the notice. `reminder_number` is 1 to 3, by its place before the end; `days_left` is 0 on the last day.
        "renewal_reminder": LetterKeys(
            required=_keys(
                "person organisation_name plan_name is_manager ends_on reminder_number days_left support_email"
            ),
            nullable=_keys("manager_name renew_url"),
        ),
        # To the manager and the users. The dates are the new year's but for `running_ends_on`; `proof_due_on` is
        # None once its proof is recorded.
        "renewed": LetterKeys(
            required=_keys(
                "person organisation_name plan_name subscriber_number is_manager starts_on ends_on running_ends_on "
                "support_email"
            ),
            nullable=_keys("proof_due_on"),
        ),
        # To the manager, who said that the subscription will not be renewed.
        "declined": LetterKeys(required=_keys("person organisation_name plan_name ends_on renew_url support_email")),
        # To the manager and the users, the day after the last day.
        "expired": LetterKeys(
            required=_keys("person organisation_name is_manager ends_on login_url support_email"),
            nullable=_keys("manager_name"),
        ),
        # To each user, once a year. `closes_on` is the last day for an answer, `unsubscribe_url` the page on which
        # they may ask for no more surveys by mail.
        "survey": LetterKeys(
            required=_keys("person organisation_name ends_on survey_url unsubscribe_url closes_on support_email")
        ),
        # To the person whose seat it was. `manager_name` is None when nobody manages the subscription any more.
        "seat_removed": LetterKeys(
            required=_keys("person organisation_name subscriber_number support_email"),
            nullable=_keys("manager_name"),
        ),
        # To both: `is_manager` is true for the new one, whose name `manager_name` is, and false for the former.
        "manager_changed": LetterKeys(
            required=_keys("person organisation_name is_manager manager_name login_url support_email")
        ),
        # To the old address and the new one. `is_done` where staff changed it; else the new one gets `link`.
        "email_change": LetterKeys(
            required=_keys("person new_email is_old is_done support_email"),
            nullable=_keys("link link_hours"),
        ),
        # To the support address. `request` is {id, message, opened_by, email, subscriber_number, reason}: `message`
        # is what the user wrote, `reason` what the check answers, a sentence or a code, or None.
        "support_opened": LetterKeys(required=_keys("request"), prose=_keys("message"), has_html=False),
        # To the person who opened the request: what they wrote, and the answer.
        "support_answer": LetterKeys(
            required=_keys("person question answer support_email"), prose=_keys("question answer")
        ),
        # To the support address. `notice` is {kind, organisation_name, subject_ids}; its kind is signup.refused,
        # organisation.duplicate_suspected, or, with {url, reason} in addition, endpoint.failing or endpoint.disabled:
        # there organisation_name is None for an endpoint of the operator's, and reason may be None.
        "staff_notice": LetterKeys(required=_keys("notice"), has_html=False),
        # To the person who had a password before, and chose another one (R5).
        "password_changed": LetterKeys(required=_keys("person login_url support_email")),
    }
)
"""The keys of each topic. Their types: `person` is {given_name, family_name, email}; `*_on` a date, a civil day of the
operator's zone; `services` a list of codes, not empty; `discounts` a list, perhaps empty, of {event_kind, percent} or
{event_kind, amount}, the amount as finished text; `link` a one-time URL, `link_hours` for how many hours it works;
other `*_url` a URL; `is_*` a bool; `reminder_number` and `days_left` an int; everything else text."""
