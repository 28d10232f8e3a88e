"""A dashboard in small: every call that its screens make, and the lines that they would show.

Make the client in this folder, with an environment of its own, then run the program as a member of staff, here over
`capcom demo`, which prints the address and a token of staff:

    cp ../../../schema.graphql .
    python3 -m venv .venv && . .venv/bin/activate
    pip install -r requirements.txt
    ariadne-codegen --config codegen.toml
    API_URL=http://127.0.0.1:8000 API_TOKEN=ccs_... python dashboard.py $(date +%F)

It changes what it finds: it records a proof, adds a user and removes them again. The day is the one on which the proof
arrived, and of the week ahead for which it asks. In your own pages the token is the one that `signIn` answers.

To begin from it, put your operations into queries.graphql, make the client again, and call its methods as below.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Protocol
from uuid import uuid4

import httpx
from capcom_client import Client
from capcom_client.enums import ErrorCode, OrganisationOrderField, PaymentProofKind
from capcom_client.exceptions import GraphQLClientError, GraphQLClientHttpError
from capcom_client.fragments import Line, LineSubscription
from capcom_client.input_types import (
    AddSeatsInput,
    OrganisationFilter,
    OrganisationOrder,
    PersonInput,
    RecordPaymentProofInput,
    RemoveSeatInput,
)

PAGE = 20
"""How many organisations a screen shows; the server gives 100 at most."""

WEEK = timedelta(days=7)


class Fault(Protocol):
    """What each mutation tells of a refusal: a code for programs, a message for people, a path into the input."""

    code: ErrorCode
    message: str
    path: list[str]


class Refused(Exception):
    """The server understood, and said no. Its messages are made to be shown as they are, each at its field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(fault.message for fault in faults))
        self.faults = faults


def pages(client: Client, which: OrganisationFilter, order: OrganisationOrderField) -> Iterator[list[Line]]:
    """The list of organisations, page by page. A cursor stays good while others add and remove lines."""
    after: str | None = None
    while True:
        page = client.list_organisations(PAGE, after, which, OrganisationOrder(field=order))
        if page is None or not page.nodes:
            return
        yield page.nodes
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


def subscription_of(line: Line) -> LineSubscription:
    """Its subscription, without which there is nothing to do for an organisation."""
    if line.subscription is None:
        raise LookupError(f"{line.name} has no subscription.")
    return line.subscription


def new_form() -> str:
    """The idempotency key of a form, made when it is shown: sent twice, or again after a lost answer, it acts once."""
    return str(uuid4())


def record_proof(client: Client, form_key: str, subscription: LineSubscription, reference: str, received: date) -> str:
    """Record the purchase order that arrived; the state of the term after that. Raises Refused."""
    form = RecordPaymentProofInput(
        subscriptionId=subscription.id,
        kind=PaymentProofKind.PURCHASE_ORDER,
        reference=reference,
        receivedOn=received,
        idempotencyKey=form_key,
    )
    payload = client.record_proof(form)
    if payload is None or payload.term is None:
        raise Refused(payload.errors if payload else [])
    return payload.term.state.value


def add_user(client: Client, form_key: str, subscription: LineSubscription, user: PersonInput) -> tuple[str, int]:
    """Add a user; the id of the seat and how many are taken now. Raises Refused, as when none is free."""
    form = AddSeatsInput(subscriptionId=subscription.id, users=[user], idempotencyKey=form_key)
    payload = client.add_seats(form)
    if payload is None or payload.subscription is None:
        raise Refused(payload.errors if payload else [])
    return payload.seats[0].id, payload.subscription.seats_used


def remove_user(client: Client, seat_id: str) -> int:
    """Remove a user, whose number is dead from now on; how many seats are taken. Raises Refused."""
    payload = client.remove_seat(RemoveSeatInput(seatId=seat_id))
    if payload is None or payload.subscription is None:
        raise Refused(payload.errors if payload else [])
    return payload.subscription.seats_used


def timeline(client: Client, line: Line) -> list[str]:
    """The last things that happened to an organisation's subscription, as sentences, the latest first."""
    organisation = client.read_timeline(line.id, 4)
    if organisation is None or organisation.subscription is None or organisation.subscription.timeline is None:
        return []
    return [f"{event.occurred_at:%Y-%m-%d} {event.description}" for event in organisation.subscription.timeline.nodes]


def show(client: Client, today: date) -> None:
    """Go through the screens once."""
    for number, lines in enumerate(pages(client, OrganisationFilter(), OrganisationOrderField.NAME), start=1):
        print(f"page {number}: {lines[0].name} to {lines[-1].name}, {len(lines)} organisations")

    due = OrganisationFilter(proofDueBefore=today + WEEK)
    awaited = [line for lines in pages(client, due, OrganisationOrderField.PROOF_DUE_ON) for line in lines]
    for line in awaited:
        print(f"proof due: {line.name} by {subscription_of(line).proof_due_on}")
    if not awaited:
        return
    first = awaited[0]
    subscription = subscription_of(first)

    form_key = new_form()
    for click in ("first", "second"):
        state = record_proof(client, form_key, subscription, "BC-2027-118", today)
        print(f"proof of {first.name}, {click} click: {state}")
    try:
        record_proof(client, new_form(), subscription, "", today + WEEK)
    except Refused as refused:
        for fault in refused.faults:
            print(f"refused, {'.'.join(fault.path)}: {fault.message}")

    newcomer = PersonInput(email="noor@town.example", givenName="Noor", familyName="Haddad")
    one_more = PersonInput(email="ines@town.example", givenName="Inès", familyName="Roy")
    seat_id, used = add_user(client, new_form(), subscription, newcomer)
    print(f"added {newcomer.given_name}: {used} of {subscription.seat_limit} seats")
    try:
        add_user(client, new_form(), subscription, one_more)
    except Refused as refused:
        print(f"refused: {refused}")
    print(f"removed {newcomer.given_name}: {remove_user(client, seat_id)} of {subscription.seat_limit} seats")

    for sentence in timeline(client, first):
        print(f"timeline: {sentence}")


def main() -> None:
    """Ask as whoever the token belongs to, in English. A request that is not carried out has no payload; it raises."""
    try:
        today = date.fromisoformat(sys.argv[1])
    except ValueError:
        sys.exit(f"{sys.argv[1]} is not a day. Example: 2027-03-01")
    headers = {"Authorization": f"Bearer {os.environ['API_TOKEN']}", "Accept-Language": "en"}
    with Client(f"{os.environ['API_URL']}/graphql", headers) as client:
        try:
            show(client, today)
        except Refused as refused:
            sys.exit(f"refused: {refused}")
        except GraphQLClientHttpError as error:
            told = "Sign in again." if error.status_code == 401 else f"The server answered {error.status_code}."
            sys.exit(told)
        except httpx.TransportError:
            sys.exit(f"No server answers at {client.url}. Is it running?")
        except GraphQLClientError as error:
            sys.exit(f"The server did not carry out the request: {error}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not {"API_URL", "API_TOKEN"} <= os.environ.keys():
        sys.exit(__doc__)
    main()
