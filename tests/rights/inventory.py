"""Every object that there is on the stage, with whose it is."""

from typing import Any

from capcom_gql.storage.tables import Person
from tests.rights.stage import Stage
from tests.rights.verdicts import STAFF, Thing

EVERYTHING = """
query Everything {
  organisations(first: 100) { nodes {
    id name
    subscription {
      id
      terms { id proof { id } }
      seats(includeRemoved: true) { id isActive isManager subscriberNumber person { id email } }
    }
  } }
  redemptions(first: 100) { nodes { id organisation { id } seat { person { email } } registrationReference } }
  supportRequests(first: 100) { nodes { id openedBy { email } } }
  events(first: 100) { pageInfo { hasNextPage } nodes { id organisation { id } } }
  deliveries(first: 100) { pageInfo { hasNextPage } nodes { id recipient event { organisation { id } } } }
  webhookEndpoints { id organisation { id } }
  plans { id }
}
"""


async def list_everything(stage: Stage) -> None:
    """Put every object on the stage's list."""
    found = (await stage.world.ask(EVERYTHING, token=stage.tokens[STAFF.name])).ok()
    assert not found["events"]["pageInfo"]["hasNextPage"], "the stage holds more events than one page"
    letters = {id_: letter for letter, id_ in stage.organisations.items()}
    people: dict[str, dict[str, Any]] = {}
    for organisation in found["organisations"]["nodes"]:
        letter = letters.setdefault(organisation["id"], "D")
        _list_organisation(stage, organisation, frozenset(letter), people)
    for id_, known in people.items():
        stage.people[known["name"]] = id_
        stage.add(Thing("Person", id_, frozenset(known["seated"]), known["name"], frozenset(known["manages"])))
    signer = await Person.get(email_key="sig@ville.example")
    stage.add(Thing("Person", signer.id, holder="sig"))
    for redemption in found["redemptions"]["nodes"]:
        maker = redemption["registrationReference"].partition("/")[0]
        at = frozenset(letters[redemption["organisation"]["id"]])
        stage.add(Thing("Redemption", redemption["id"], at, _name(redemption["seat"]["person"]), maker=maker))
    for request in found["supportRequests"]["nodes"]:
        stage.add(Thing("SupportRequest", request["id"], holder=_name(request["openedBy"])))
    for event in found["events"]["nodes"]:
        at = frozenset() if event["organisation"] is None else frozenset(letters[event["organisation"]["id"]])
        stage.add(Thing("Event", event["id"], at))
    assert not found["deliveries"]["pageInfo"]["hasNextPage"], "the stage holds more letters than one page"
    for delivery in found["deliveries"]["nodes"]:
        _list_delivery(stage, delivery, letters, people)
    for endpoint in found["webhookEndpoints"]:
        at = frozenset() if endpoint["organisation"] is None else frozenset(letters[endpoint["organisation"]["id"]])
        stage.add(Thing("WebhookEndpoint", endpoint["id"], at))
    for plan in found["plans"]:
        stage.add(Thing("Plan", plan["id"]))


def _list_delivery(
    stage: Stage, delivery: dict[str, Any], letters: dict[str, str], people: dict[str, dict[str, Any]]
) -> None:
    """A letter is of the organisation that it speaks of where it went to whoever has or had a seat there."""
    about = delivery["event"]["organisation"]
    at = frozenset() if about is None else frozenset(letters[about["id"]])
    named = {known["name"]: known["seated"] for known in people.values()}
    seated = named.get(delivery["recipient"].partition("@")[0], frozenset())
    stage.add(Thing("Delivery", delivery["id"], at & seated))


def _list_organisation(
    stage: Stage, organisation: dict[str, Any], at: frozenset[str], people: dict[str, dict[str, Any]]
) -> None:
    subscription = organisation["subscription"]
    stage.add(Thing("Organisation", organisation["id"], at))
    stage.add(Thing("OrganisationSubscription", subscription["id"], at))
    for term in subscription["terms"]:
        stage.add(Thing("Term", term["id"], at))
        if term["proof"] is not None:
            stage.add(Thing("PaymentProof", term["proof"]["id"], at))
    for seat in subscription["seats"]:
        name = _name(seat["person"])
        # who was removed holds nothing any more
        holder = name if seat["isActive"] else None
        shown_in = at if seat["isManager"] else frozenset()
        stage.add(Thing("Seat", seat["id"], at, holder, shown_in))
        known = people.setdefault(seat["person"]["id"], {"name": name, "seated": set(), "manages": set()})
        known["seated"] |= at
        known["manages"] |= shown_in


def _name(person: dict[str, Any]) -> str:
    return str(person["email"].partition("@")[0])
