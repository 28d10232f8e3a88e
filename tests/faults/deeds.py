"""What clients of the run ask for, and the ledger of what they were told."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

_ERRORS = "errors { code message }"
SUBSCRIBE = f"""mutation ($input: SubscribeInput!) {{ subscribe(input: $input) {{
  subscription {{ id startsOn seats {{ id subscriberNumber isManager }} terms {{ id }} }} {_ERRORS} }} }}"""
ADD_SEATS = f"""mutation ($input: AddSeatsInput!) {{ addSeats(input: $input) {{
  seats {{ id subscriberNumber }} {_ERRORS} }} }}"""
REMOVE_SEAT = (
    f"mutation ($input: RemoveSeatInput!) {{ removeSeat(input: $input) {{ subscription {{ id }} {_ERRORS} }} }}"
)
PROVE = f"""mutation ($input: RecordPaymentProofInput!) {{ recordPaymentProof(input: $input) {{
  term {{ id }} {_ERRORS} }} }}"""
REDEEM = f"""mutation ($input: RedeemDiscountInput!) {{ redeemDiscount(input: $input) {{
  redemption {{ id }} {_ERRORS} }} }}"""
RENEW = f"mutation ($input: RenewInput!) {{ renew(input: $input) {{ term {{ id }} {_ERRORS} }} }}"
DECLINE = f"""mutation ($input: DeclineRenewalInput!) {{ declineRenewal(input: $input) {{
  subscription {{ id }} {_ERRORS} }} }}"""

DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"


@dataclass
class Deed:
    """One deed that was asked for, under a key of its own, and the outcome that its client was told."""

    kind: str
    key: str
    subject: str
    outcome: str = UNKNOWN
    made: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    tries: int = 0


@dataclass
class Holder:
    """A seat as its subscription's client knows it."""

    seat_id: str
    number: str
    is_manager: bool = False


@dataclass
class Town:
    """A subscription, as its client knows it."""

    name: str
    id: str
    term_id: str
    opened_on: date
    holders: list[Holder]
    pays_after: int
    """The stop of the clock from which on the proof is sent; one that never comes for those who do not pay."""
    is_paid: bool = False
    is_over: bool = False


def person(name: str, number: int) -> dict[str, str]:
    """A user of a form."""
    return {"email": f"u{number}@{name}.example", "givenName": "Ana", "familyName": f"Silva {number}", "locale": "en"}


def sign_up(name: str, users: int, key: str) -> dict[str, Any]:
    """The form of a new organisation."""
    return {
        "organisation": {"name": name, "addressLines": []},
        "planCode": "EQUIPE",
        "users": [person(name, number) for number in range(users)],
        "managerEmail": f"u0@{name}.example",
        "acceptedTermsVersion": "1",
        "idempotencyKey": key,
    }
