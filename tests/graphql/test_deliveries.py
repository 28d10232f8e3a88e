"""Who was told what: the list of deliveries, each with its attempts and what it is about; and trying one again."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from capcom_gql import clock
from capcom_gql.domain.rights import Scope
from capcom_gql.storage.product_clock import product_now
from capcom_gql.storage.tables import Delivery, DeliveryAttempt, Event
from tests.graphql.api import SUBSCRIBE, Api, codes
from tests.graphql.test_who_reads_what import NODE

DELIVERY = """
    id topic channel recipient subject state reason nextAttemptAt sentAt createdAt
    attempts { number at outcome error durationMs }
    event { id kind details organisation { id } actor }
"""
LIST = f"""
    query ($filter: DeliveryFilter, $first: Int, $after: String) {{
      deliveries(filter: $filter, first: $first, after: $after) {{
        totalCount nodes {{ {DELIVERY} }} pageInfo {{ hasNextPage endCursor }}
      }}
    }}
"""
RETRY = f"""
    mutation ($id: ID!) {{
      retryDelivery(input: {{ deliveryId: $id }}) {{ delivery {{ {DELIVERY} }} errors {{ code message path }} }}
    }}
"""


async def listed(api: Api, token: str, **filter: Any) -> list[dict[str, Any]]:
    """The deliveries that a caller lists, all of them."""
    page = (await api.data(LIST, token, first=100, filter=filter))["deliveries"]
    assert page["totalCount"] == len(page["nodes"])
    nodes: list[dict[str, Any]] = page["nodes"]
    return nodes


async def letter_to(name: str) -> Delivery:
    """The welcome of a user."""
    return await Delivery.get(recipient=f"{name}@ville.example", topic="welcome")


async def test_a_delivery_with_its_attempts_and_what_it_is_about(api: Api) -> None:
    made = await api.subscribe("ana")
    letter, began = await letter_to("ana"), clock.utc_now()
    again = began + timedelta(minutes=1)
    for number, duration in ((1, 12), (2, None)):
        await DeliveryAttempt.create(
            delivery=letter, number=number, at=began, outcome="RETRY", error="mailbox: busy", duration_ms=duration
        )
    await Delivery.filter(id=letter.id).update(
        state="RETRYING", attempt=2, subject="Bienvenue", reason="mailbox: busy", next_attempt_at=again
    )
    (told,) = await listed(api, await api.staff(), topic="welcome")
    event = await Event.get(id=letter.event_id)
    assert told == {
        "id": letter.id,
        "topic": "welcome",
        "channel": "mailbox",
        "recipient": "ana@ville.example",
        "subject": "Bienvenue",
        "state": "RETRYING",
        "reason": "mailbox: busy",
        "nextAttemptAt": told["nextAttemptAt"],
        "sentAt": None,
        "createdAt": told["createdAt"],
        "attempts": [
            {"number": 1, "at": told["attempts"][0]["at"], "outcome": "RETRY", "error": "mailbox: busy"}
            | {"durationMs": 12},
            {"number": 2, "at": told["attempts"][0]["at"], "outcome": "RETRY", "error": "mailbox: busy"}
            | {"durationMs": None},
        ],
        "event": {
            "id": event.id,
            "kind": "seat.added",
            "details": event.details,
            "organisation": {"id": made["organisation"]["id"]},
            "actor": told["event"]["actor"],
        },
    }
    assert told["nextAttemptAt"][:19] == again.isoformat()[:19]


async def test_when_it_is_tried_next(api: Api) -> None:
    """The hour it is due until it was tried, then the end of its wait; nothing once it is settled."""
    await api.subscribe("ana")
    letter, staff = await letter_to("ana"), await api.staff()
    due, wait = await product_now() + timedelta(days=3), clock.utc_now() + timedelta(hours=1)
    one = Delivery.filter(id=letter.id)
    await one.update(due_at=due, next_attempt_at=wait)
    for state, attempt, wanted in (
        ("PENDING", 0, due),
        ("PENDING", 1, wait),
        ("RETRYING", 1, wait),
        ("SENT", 1, None),
        ("FAILED", 8, None),
        ("HELD", 1, None),
        ("SUPPRESSED", 0, None),
    ):
        await one.update(state=state, attempt=attempt)
        (told,) = await listed(api, staff, topic="welcome")
        assert told["state"] == state
        assert (told["nextAttemptAt"] or "")[:19] == ("" if wanted is None else wanted.isoformat()[:19])


async def test_newest_first_and_what_is_added_meanwhile_shifts_nothing(api: Api) -> None:
    for names in (("ana", "bob"), ("cleo", "dan")):
        await api.subscribe(*names)
    staff, found, after = await api.staff(), [], None
    whole = [each["id"] for each in await listed(api, staff)]
    order = await Delivery.all().order_by("-created_at", "-id").values_list("id", flat=True)
    assert whole == order
    while True:
        page = (await api.data(LIST, staff, first=2, after=after))["deliveries"]
        found += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        if len(found) == 2:
            await api.subscribe("eve")
    assert found == whole
    answer = await api.ask(LIST, staff, after="nonsense")
    assert codes(answer) == [("BAD_USER_INPUT", ["deliveries"])]


async def test_the_filter_by_state_channel_topic_and_organisation(api: Api) -> None:
    first, second = await api.subscribe("ana", "bob"), await api.subscribe("cleo")
    staff = await api.staff()
    await Delivery.filter(recipient="bob@ville.example").update(state="FAILED", channel="pigeon")
    await Delivery.filter(recipient="cleo@ville.example").update(state="SENT")

    async def recipients(**filter: Any) -> list[str]:
        return sorted(each["recipient"].partition("@")[0] for each in await listed(api, staff, **filter))

    assert await recipients(state=["FAILED"]) == await recipients(channel="pigeon") == ["bob"]
    assert await recipients(state=["FAILED", "SENT"]) == ["bob", "cleo"]
    assert await recipients(state=[], topic="welcome") == ["ana", "bob", "cleo"]
    assert await recipients(organisationId=second["organisation"]["id"]) == ["cleo"]
    assert await recipients(organisationId=first["organisation"]["id"], state=["PENDING"]) == ["ana"]
    for nothing in ({"channel": "crow"}, {"topic": "x" * 300}, {"organisationId": "org_nobodys"}):
        assert await recipients(**nothing) == []


async def test_a_manager_reads_the_letters_to_the_users_of_their_own_organisations(api: Api) -> None:
    """Not the signer's, who is no user; not a notice to the staff about the organisation; not another's."""
    await api.subscribe("max")
    # by nobody who is known, so that the signer, too, is sent a letter
    made = (await api.data(SUBSCRIBE, input=api.form("ana", "bob")))["subscribe"]["subscription"]
    event = await Event.get(organisation_id__not_isnull=True, kind="subscription.opened", actor_role="ANONYMOUS")
    ids = {name: (await letter_to(name)).id for name in ("ana", "bob", "max")}
    signer, notice = await Delivery.filter(topic="password_link").first(), await letter_to("ana")
    assert signer is not None and signer.recipient == "signer@ville.example"
    ids["signer"] = signer.id
    ids["support"] = "delivery_" + "0" * 26
    await Delivery.create(
        id=ids["support"],
        event_id=event.id,
        topic="staff_notice",
        channel="mailbox",
        recipient="support@capcom.example",
        about={},
        once_key="notice",
        state="SENT",
        due_at=notice.due_at,
        next_attempt_at=notice.next_attempt_at,
        created_at=notice.created_at,
    )
    manager = await api.sign_in("ana@ville.example")
    assert {each["id"] for each in await listed(api, manager)} == {ids["ana"], ids["bob"]}
    assert {each["event"]["kind"] for each in await listed(api, manager)} == {"seat.added"}
    assert made["seats"] and signer.event_id == event.id, "the signer's letter speaks of the organisation"
    wider = await listed(api, manager, organisationId=event.organisation_id)
    assert {each["id"] for each in wider} == {ids["ana"], ids["bob"]}
    seen = {name for name, id_ in ids.items() if (await api.data(NODE, manager, id=id_))["node"]}
    assert seen == {"ana", "bob"}
    staff = await api.staff()
    assert {name for name, id_ in ids.items() if (await api.data(NODE, staff, id=id_))["node"]} == set(ids)


async def test_who_may_list_and_what_a_key_reads_of_the_event(api: Api) -> None:
    await api.subscribe("ana", "bob")
    letter = await letter_to("bob")
    key = await api.key(Scope.NOTIFICATIONS_WRITE)
    others = await api.key(*(scope for scope in Scope if scope not in (Scope.NOTIFICATIONS_WRITE, Scope.ADMIN)))
    for token in (await api.sign_in("bob@ville.example"), others):
        answer = await api.ask(LIST, token)
        assert (answer["data"]["deliveries"], codes(answer)) == (None, [("FORBIDDEN", ["deliveries"])])
        assert (await api.data(NODE, token, id=letter.id))["node"] is None
    assert codes(await api.ask(LIST)) == [("UNAUTHENTICATED", None)]
    answer = await api.ask(LIST, key)
    nodes = answer["data"]["deliveries"]["nodes"]
    assert {node["event"]["kind"] for node in nodes} == {"seat.added"}
    assert {node["event"]["actor"] for node in nodes} == {"STAFF"}, "the id is for those who read events"
    assert {node["event"]["organisation"] is None for node in nodes} == {True}
    assert {code for code, _ in codes(answer)} == {"FORBIDDEN"}
    assert (await api.data(NODE, key, id=letter.event_id))["node"] is None, "by its own id it is an event"


async def test_a_letter_is_tried_again(api: Api) -> None:
    await api.subscribe("ana", "bob")
    letter, key = await letter_to("ana"), await api.key(Scope.NOTIFICATIONS_WRITE)
    await Delivery.filter(id=letter.id).update(state="FAILED", reason="mailbox: no such user", attempt=8)
    retry = RETRY.replace("organisation { id }", "")
    api.woken.clear()
    payload = (await api.data(retry, key, id=letter.id))["retryDelivery"]
    assert payload["errors"] == []
    assert (payload["delivery"]["id"], payload["delivery"]["state"], payload["delivery"]["reason"]) == (
        letter.id,
        "PENDING",
        None,
    )
    assert api.woken.is_set(), "the worker is told at once"
    payload = (await api.data(retry, key, id=letter.id))["retryDelivery"]
    assert payload == {
        "delivery": None,
        "errors": [
            {
                "code": "CONFLICT",
                "message": "This letter will be sent by itself: see nextAttemptAt. There is nothing to do.",
                "path": ["deliveryId"],
            }
        ],
    }
    await Delivery.filter(id=letter.id).update(state="FAILED")
    refused = (await api.data(retry, await api.sign_in("ana@ville.example"), id=letter.id))["retryDelivery"]
    assert [(error["code"], error["path"]) for error in refused["errors"]] == [("FORBIDDEN", [])]


async def test_a_longer_list_takes_no_more_statements(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    counts, lengths = [], []
    for names in (("ana", "bob"), ("cleo", "dan"), ("eve", "fay")):
        await api.subscribe(*names)
        for letter in await Delivery.all():
            await DeliveryAttempt.create(delivery=letter, number=1, at=clock.utc_now(), outcome="RETRY")
        for token in (await api.staff(), await api.sign_in("ana@ville.example")):
            caplog.clear()
            with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
                lengths.append(len((await api.data(LIST, token))["deliveries"]["nodes"]))
            counts.append(sum(record.name == "tortoise.db_client" for record in caplog.records))
    assert lengths[0] < lengths[2] < lengths[4]
    assert counts[0] == counts[2] == counts[4] > 4
    assert counts[1] == counts[3] == counts[5]
