"""Invented contexts for every letter, in each variant of it: for previews (`capcom letters`, `/letters`) and tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from capcom_gql.languages.locales import Locale
from capcom_gql.languages.sentences import say
from capcom_gql.languages.writing import spell_money

_ACCOUNT = "https://capcom.example"


class NoSuchSample(LookupError):
    """There is no such topic, or no such variant of its letter. The text lists those that exist."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One variant of a letter. `changes` are the keys of its context that differ from `base_context`."""

    name: str
    """A slug, unique within its topic."""
    when: str
    """To whom it is sent and when, in a few words of English."""
    changes: Mapping[str, object]

    def context(self, locale: str) -> dict[str, object]:
        """The context with which to render the letter in a language of the service."""
        return {**base_context(locale), **self.changes}


def samples_of(topic: str) -> tuple[Sample, ...]:
    """The variants of a letter, the usual one first. Raises NoSuchSample."""
    found = SAMPLES.get(topic)
    if found is None:
        raise NoSuchSample(f"there is no letter {topic!r}; there are {', '.join(SAMPLES)}")
    return found


def sample_of(topic: str, name: str = "") -> Sample:
    """One variant of a letter by its name; the usual one if the name is empty. Raises NoSuchSample."""
    forms = samples_of(topic)
    if not name:
        return forms[0]
    for form in forms:
        if form.name == name:
            return form
    raise NoSuchSample(f"{topic} has no form {name!r}; it has {', '.join(form.name for form in forms)}")


def base_context(locale: str) -> dict[str, object]:
    """A value for every key that any letter may have: the facts of one subscription, as its manager reads them."""
    reader = Locale(locale)
    question, answer = say("letters", "sample.question", reader), say("letters", "sample.answer", reader)
    return {
        "person": {"given_name": "Zoé", "family_name": "N'Guyên", "email": "zoe@ville.example"},
        "organisation_name": "Ville d'Évremont",
        "plan_name": "Collectif",
        "subscriber_number": "CP 4071 8823 9056 1227",
        "is_manager": True,
        "is_over": False,
        "manager_name": "Ana Díaz",
        "proof_due_on": date(2026, 12, 9),
        "starts_on": date(2026, 11, 24),
        "ends_on": date(2027, 11, 23),
        "running_ends_on": date(2026, 11, 23),
        "cancelled_on": date(2026, 12, 10),
        "closes_on": date(2027, 12, 23),
        "reminder_number": 3,
        "days_left": 7,
        "reason": "UNPAID",
        "services": ["PUBLICATIONS", "DOCUMENTATION", "TRAINING"],
        "discounts": [
            {"event_kind": "TRAINING", "percent": 20, "amount": None},
            {"event_kind": "MEETING", "percent": None, "amount": spell_money(1550, "EUR", reader)},
            {"event_kind": "FORUM", "percent": 10},
        ],
        "link": f"{_ACCOUNT}/choose-password?token={'aB3-_' * 9}&from=letter",
        "link_hours": 72,
        "renew_url": f"{_ACCOUNT}/renew?subscription=sub_01jx",
        "survey_url": f"{_ACCOUNT}/survey?seat=sea_01jx&term=ter_01jx",
        "unsubscribe_url": f"{_ACCOUNT}/unsubscribe?token={'c9D_-' * 9}",
        "new_email": "zoe.nguyen@agglo.example",
        "is_old": False,
        "is_done": False,
        "question": question,
        "answer": answer,
        "request": {
            "id": "sup_01jx",
            "message": question,
            "opened_by": "Zoé N'Guyên",
            "email": "zoe@ville.example",
            "subscriber_number": "CP 4071 8823 9056 1227",
            "reason": say("answers", "verdict.SEAT_REMOVED", reader),
        },
        "login_url": f"{_ACCOUNT}/login",
        "support_email": "support@capcom.example",
        "notice": {
            "kind": "signup.refused",
            "organisation_name": "Ville d'Évremont",
            "subject_ids": ["org_01jx", "sub_01jx"],
        },
    }


_USER: Mapping[str, object] = {"is_manager": False, "renew_url": None}
_NOBODY: Mapping[str, object] = {**_USER, "manager_name": None}
_WHOLE: Mapping[str, object] = {"running_ends_on": None}
_CHOSEN: Mapping[str, object] = {**_WHOLE, "proof_due_on": None}
# The proof of a year to come that was renewed in October is due before that year begins.
_AHEAD: Mapping[str, object] = {"proof_due_on": date(2026, 11, 9), "cancelled_on": date(2026, 11, 10)}
_HOUR: Mapping[str, object] = {"link_hours": 1}
_DAY: Mapping[str, object] = {"link_hours": 24, "link": f"{_ACCOUNT}/confirm-email?token={'aB3-_' * 9}"}
_NO_LINK: Mapping[str, object] = {"link": None, "link_hours": None}


def _notice(kind: str, **more: object) -> Mapping[str, object]:
    return {"notice": {"kind": kind, "organisation_name": "Ville d'Évremont", "subject_ids": ["org_01jx"], **more}}


def _endpoint(kind: str, reason: str) -> Mapping[str, object]:
    url = "https://si.ville.example/capcom/events"
    return _notice(kind, organisation_name=None, subject_ids=["whe_01jx"], url=url, reason=reason)


def _reminder(number: int, days_left: int, to: Mapping[str, object]) -> Mapping[str, object]:
    return {"reminder_number": number, "days_left": days_left, **to}


SAMPLES: Mapping[str, tuple[Sample, ...]] = MappingProxyType(
    {
        "welcome": (
            Sample("manager", "the manager, on subscribing", {}),
            Sample("manager-confirmed", "the manager, once the proof is recorded", {"proof_due_on": None}),
            Sample("user", "a user, on being given a seat", _USER),
            Sample("user-alone", "a user of a subscription without a manager", _NOBODY),
            Sample("no-discounts", "a user, of a plan without discounts", {**_USER, "discounts": []}),
        ),
        "password_link": (Sample("asked", "the person who asked for a password", _HOUR),),
        "proof_reminder": (Sample("manager", "the manager, five days before the proof is due", {}),),
        "confirmed": (Sample("manager", "the manager, when the proof is recorded", {}),),
        "cancelled": (
            Sample("unpaid", "the manager, when no proof came", _WHOLE),
            Sample("unpaid-user", "a user, when no proof came", {**_WHOLE, **_USER}),
            Sample("withdrawn", "the manager, at the organisation's request", {**_CHOSEN, "reason": "WITHDRAWN"}),
            Sample("by-staff-user", "a user, by staff", {**_CHOSEN, **_USER, "reason": "BY_STAFF"}),
            Sample("ahead", "the manager, when only the coming year was cancelled", _AHEAD),
            Sample("ahead-user", "a user, when only the coming year was cancelled", {**_AHEAD, **_USER}),
        ),
        "reinstated": (
            Sample("manager", "the manager, when the cancelled year is reinstated", {}),
            Sample("user", "a user, when the cancelled year is reinstated", _USER),
            Sample("over", "the manager, about a year that is over", {"is_over": True}),
        ),
        "renewal_notice": (
            Sample("manager", "the manager, one month before the end", {}),
            Sample("user", "a user, one month before the end", _USER),
            Sample("user-alone", "a user of a subscription without a manager", _NOBODY),
        ),
        "renewal_reminder": (
            Sample("first", "the manager, 21 days before the end", _reminder(1, 21, {})),
            Sample("first-user", "a user, 21 days before the end", _reminder(1, 21, _USER)),
            Sample("last", "the manager, 7 days before the end", _reminder(3, 7, {})),
            Sample("last-user", "a user, 7 days before the end", _reminder(3, 7, _USER)),
            Sample("last-day", "the manager, late, on the last day", _reminder(3, 0, {})),
            Sample("user-alone", "a user of a subscription without a manager", _reminder(2, 14, _NOBODY)),
        ),
        "renewed": (
            Sample("manager", "the manager, on renewing", _AHEAD),
            Sample("manager-confirmed", "the manager, once the proof is recorded", {"proof_due_on": None}),
            Sample("user", "a user, on renewing", {**_AHEAD, **_USER}),
        ),
        "declined": (Sample("manager", "the manager, on declining to renew", {}),),
        "expired": (
            Sample("manager", "the manager, the day after the end", {}),
            Sample("user", "a user, the day after the end", _USER),
            Sample("user-alone", "a user of a subscription without a manager", _NOBODY),
        ),
        "survey": (Sample("user", "each user, once a year", {}),),
        "seat_removed": (
            Sample("user", "the person whose seat it was", {}),
            Sample("alone", "the same, of a subscription without a manager", {"manager_name": None}),
        ),
        "manager_changed": (
            Sample("new", "the new manager", {}),
            Sample("former", "the former manager", {"is_manager": False}),
        ),
        "email_change": (
            Sample("new", "the new address: the link", _DAY),
            Sample("old", "the old address: a notice", {**_NO_LINK, "is_old": True}),
            Sample("done-new", "the new address, changed by staff", {**_NO_LINK, "is_done": True}),
            Sample("done-old", "the old address, changed by staff", {**_NO_LINK, "is_done": True, "is_old": True}),
        ),
        "support_opened": (Sample("request", "the support address, on a request", {}),),
        "support_answer": (Sample("answer", "the person who opened the request", {}),),
        "staff_notice": (
            Sample("refused", "the support address: a sign-up refused", _notice("signup.refused")),
            Sample("duplicate", "a suspected duplicate", _notice("organisation.duplicate_suspected")),
            Sample("failing", "a webhook that fails", _endpoint("endpoint.failing", "503 Service Unavailable")),
            Sample("disabled", "a webhook that was disabled", _endpoint("endpoint.disabled", "410 Gone")),
        ),
        "password_changed": (Sample("changed", "the person who chose a new password", {}),),
    }
)
"""The variants of every letter, by topic, in the order of `topics.TOPICS`."""
