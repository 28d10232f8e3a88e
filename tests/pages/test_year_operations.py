"""The explorer's operations of a subscription's year: each runs as it stands once its sample values are real."""

from typing import Any

from capcom_gql.pages import READY_MADE, with_variables
from tests.pages.year import PASSWORD, Year

SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }"
NUMBERS = "{ viewer { seats { subscriberNumber } } }"
PERSONS = "query ($id: ID!) { node(id: $id) { ... on Seat { person { id } } } }"


def run(year: Year, name: str, form: dict[str, Any], token: str) -> Any:
    """The answer of the operation of that name, with these values among its samples; it has no error."""
    (operation,) = (each for each in with_variables(READY_MADE, {name: {"input": form}}) if each.name == name)
    return year.do(operation.document, operation.variables["input"], token)


def session(year: Year, address: str) -> str:
    return str(year.do(SIGN_IN, {"email": address, "password": PASSWORD})["accessToken"])


def test_the_year_of_a_subscription_by_its_ready_made_operations(year: Year) -> None:
    town = year.subscribe("clairval")
    manager = session(year, town.manager)
    organisation = year.ask("{ viewer { organisations { id } } }", token=manager)["viewer"]["organisations"][0]["id"]
    its = {"subscriptionId": town.subscription}
    seats = {seat["isManager"]: seat["id"] for seat in year.status(town.subscription)["seats"]}
    number = year.ask(NUMBERS, token=manager)["viewer"]["seats"][0]["subscriberNumber"]

    updated = run(year, "UpdateOrganisation", {"organisationId": organisation}, manager)["organisation"]
    assert updated["billingEmail"] == "finances@rochebrune.example"
    new = run(year, "ReplaceSeat", {"seatId": seats[False]}, manager)["seat"]
    assert new["person"]["familyName"] == "Girard"
    profile = run(year, "UpdateProfile", {}, manager)["person"]
    assert profile["phone"] == "+33475000000"
    run(year, "ChangeEmail", {}, manager)

    request = run(year, "OpenSupportRequest", {"check": {"subscriberNumber": number}}, manager)["request"]
    assert request["check"]["eligible"]
    closed = run(year, "CloseSupportRequest", {"requestId": request["id"]}, year.staff)["request"]
    assert closed["closedAt"] is not None

    assert run(year, "DeclineRenewal", its, manager)["subscription"]["renewal"]["declineReason"] == "Budget"
    accepted = {**its, "acceptedTermsVersion": year.terms()["version"]}
    assert run(year, "Renew", accepted, manager)["term"]["plan"]["code"] == "COLLECTIF"
    term = year.status(town.subscription)["currentTerm"]["id"]
    answered = run(year, "AnswerSurvey", {"seatId": seats[True], "termId": term}, manager)["survey"]
    assert answered["answeredAt"] is not None

    handed = run(year, "TransferManagement", {**its, "seatId": new["id"]}, manager)["subscription"]
    assert handed["manager"]["id"] == new["id"]
    (detail,) = (each for each in READY_MADE if each.name == "SubscriptionDetail")
    shown = year.ask(detail.document, {"id": organisation}, year.staff)["organisation"]["subscription"]
    assert shown["renewal"]["renewedAt"] is not None
    assert "renewal.done" in [event["kind"] for event in shown["timeline"]["nodes"]]
    assert shown["agenda"]

    cancelled = run(year, "CancelSubscription", its, year.staff)["subscription"]
    assert {each["cancellationReason"] for each in cancelled["terms"]} == {"WITHDRAWN"}
    person = year.ask(PERSONS, {"id": seats[True]}, year.staff)["node"]["person"]["id"]
    assert run(year, "ErasePerson", {"personId": person}, year.staff)["erased"] is True


def test_an_unpaid_year_is_reinstated_by_its_ready_made_operation(year: Year) -> None:
    town = year.subscribe("noirmont", pays=False)
    opened = year.status(town.subscription)["currentTerm"]
    year.set_clock(opened["proofDueOn"])
    year.advance("1d")
    form = {"termId": opened["id"], "receivedOn": opened["startsOn"]}
    assert year.status(town.subscription)["state"] == "CANCELLED"
    assert run(year, "ReinstateTerm", form, year.staff)["subscription"]["state"] == "CONFIRMED"
