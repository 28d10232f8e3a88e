"""Webhook endpoints through the door: made, changed, rotated, deleted, listed; a secret is told once."""

from typing import Any

import pytest

from capcom_gql.domain.events import Kind
from capcom_gql.domain.rights import Scope
from capcom_gql.storage.tables import Delivery, WebhookEndpoint, WebhookSecret
from tests.graphql.api import Api, codes

FIELDS = "id url description kinds isEnabled disabledReason createdAt"
CREATE = f"""
    mutation ($input: CreateWebhookEndpointInput!) {{
      createWebhookEndpoint(input: $input) {{ endpoint {{ {FIELDS} }} secret errors {{ code message path }} }}
    }}
"""
UPDATE = f"""
    mutation ($input: UpdateWebhookEndpointInput!) {{
      updateWebhookEndpoint(input: $input) {{ endpoint {{ {FIELDS} }} errors {{ code message path }} }}
    }}
"""
ROTATE = """
    mutation ($id: ID!) {
      rotateWebhookSecret(input: { endpointId: $id }) { endpoint { id } secret errors { code path } }
    }
"""
DELETE = """
    mutation ($id: ID!) { deleteWebhookEndpoint(input: { endpointId: $id }) { deleted errors { code path } } }
"""
LIST = f"{{ webhookEndpoints {{ {FIELDS} }} }}"
NODE = "query ($id: ID!) { node(id: $id) { ... on WebhookEndpoint { url organisation { id } } } }"
URL = "https://hooks.example/capcom?key=x"
NOBODYS = "endpoint_" + "0" * 26


async def create(api: Api, token: str, **more: object) -> dict[str, Any]:
    """The payload of an endpoint that is made."""
    form = {"url": URL, "kinds": [], **more}
    payload: dict[str, Any] = (await api.data(CREATE, token, input=form))["createWebhookEndpoint"]
    return payload


async def update(api: Api, token: str, endpoint_id: str, **changes: object) -> dict[str, Any]:
    """The payload of a change."""
    form = {"endpointId": endpoint_id, **changes}
    payload: dict[str, Any] = (await api.data(UPDATE, token, input=form))["updateWebhookEndpoint"]
    return payload


def refused(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """The codes and places of a refusal."""
    assert payload["endpoint"] is None
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def test_a_secret_is_told_once(api: Api) -> None:
    key = await api.key(Scope.NOTIFICATIONS_WRITE)
    made = await create(api, key, description=" The intranet ", kinds=["seat.added", "seat.added", "seat.removed"])
    assert made["errors"] == []
    endpoint = made["endpoint"]
    assert endpoint == {
        "id": endpoint["id"],
        "url": URL,
        "description": "The intranet",
        "kinds": ["seat.added", "seat.removed"],
        "isEnabled": True,
        "disabledReason": None,
        "createdAt": endpoint["createdAt"],
    }
    assert made["secret"] == (await WebhookSecret.get()).value
    assert made["secret"].startswith("whsec_") and len(made["secret"]) == len("whsec_") + 44
    assert (await api.data(LIST, key)) == {"webhookEndpoints": [endpoint]}
    rotated = (await api.data(ROTATE, key, id=endpoint["id"]))["rotateWebhookSecret"]
    assert rotated["errors"] == [] and rotated["secret"] != made["secret"]
    for document in (LIST, NODE):
        told = str(await api.ask(document, await api.staff(), id=endpoint["id"]))
        assert "whsec_" not in told


async def test_every_fault_of_the_form_at_once(api: Api) -> None:
    staff = await api.staff()
    payload = await create(
        api, staff, url="hooks.example", description="x" * 1001, kinds=["seat.added", "seat.sold"], organisationId="x"
    )
    assert refused(payload) == [
        ("INVALID_INPUT", "url"),
        ("INVALID_INPUT", "description"),
        ("INVALID_INPUT", "kinds.1"),
        ("NOT_FOUND", "organisationId"),
    ]
    unknown = payload["errors"][2]["message"]
    assert "seat.sold" in unknown and all(kind.value in unknown for kind in Kind)
    assert not await WebhookEndpoint.all().exists()
    made = (await create(api, staff))["endpoint"]
    payload = await update(api, staff, made["id"], url=" ", description="x" * 1001, kinds=["", "seat.added"])
    assert refused(payload) == [
        ("INVALID_INPUT", "url"),
        ("INVALID_INPUT", "description"),
        ("INVALID_INPUT", "kinds.0"),
    ]
    assert (await api.data(LIST, staff))["webhookEndpoints"] == [made]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example",
        "https://",
        "//hooks.example",
        "/hooks",
        "javascript:alert(1)",
        "https://hooks.example/a b",
        "https://hooks.example/\u0001",
        "https://[hooks.example",
        "https://hooks.example/" + "x" * 2048,
    ],
)
async def test_what_is_no_web_address_is_refused(api: Api, url: str) -> None:
    assert refused(await create(api, await api.staff(), url=url)) == [("INVALID_INPUT", "url")]


async def test_what_is_left_out_stays(api: Api) -> None:
    staff = await api.staff()
    made = (await create(api, staff, description="One", kinds=["seat.added"]))["endpoint"]
    for changes, wanted in (
        ({}, {}),
        ({"url": None, "kinds": None, "isEnabled": None}, {}),
        ({"kinds": []}, {"kinds": []}),
        ({"description": "Two"}, {"description": "Two"}),
        ({"description": None}, {"description": None}),
        ({"url": "https://other.example"}, {"url": "https://other.example"}),
        ({"isEnabled": True}, {}),
    ):
        made |= wanted
        assert await update(api, staff, made["id"], **changes) == {"endpoint": made, "errors": []}
    disabled = (await update(api, staff, made["id"], isEnabled=False))["endpoint"]
    assert disabled == made | {"isEnabled": False, "disabledReason": disabled["disabledReason"]}
    assert disabled["disabledReason"].startswith("It was disabled by hand.")
    assert (await update(api, staff, made["id"], isEnabled=True))["endpoint"] == made


async def test_a_deleted_one_is_gone_for_everybody(api: Api) -> None:
    staff = await api.staff()
    made = (await create(api, staff))["endpoint"]
    for _ in range(2):
        assert (await api.data(DELETE, staff, id=made["id"]))["deleteWebhookEndpoint"] == {
            "deleted": True,
            "errors": [],
        }
    assert (await api.data(LIST, staff))["webhookEndpoints"] == []
    assert (await api.data(NODE, staff, id=made["id"]))["node"] is None
    for endpoint_id in (made["id"], NOBODYS, "nothing"):
        assert refused(await update(api, staff, endpoint_id, url="nothing")) == [("NOT_FOUND", "endpointId")]
        rotated = (await api.data(ROTATE, staff, id=endpoint_id))["rotateWebhookSecret"]
        assert refused(rotated) == [("NOT_FOUND", "endpointId")] and rotated["secret"] is None
    nobodys = (await api.data(DELETE, staff, id=NOBODYS))["deleteWebhookEndpoint"]
    assert nobodys == {"deleted": False, "errors": [{"code": "NOT_FOUND", "path": ["endpointId"]}]}


async def test_the_organisation_is_told_to_who_may_see_it(api: Api) -> None:
    made = await api.subscribe("ana")
    organisation = made["organisation"]["id"]
    key = await api.key(Scope.NOTIFICATIONS_WRITE)
    ours = (await create(api, key, organisationId=organisation))["endpoint"]["id"]
    everybodys = (await create(api, key))["endpoint"]["id"]
    staff = await api.staff()
    assert (await api.data(NODE, staff, id=ours))["node"]["organisation"] == {"id": organisation}
    for token in (staff, key):
        assert (await api.data(NODE, token, id=everybodys))["node"] == {"url": URL, "organisation": None}
    answer = await api.ask(NODE, key, id=ours)
    assert answer["data"]["node"]["organisation"] is None
    assert codes(answer) == [("FORBIDDEN", ["node", "organisation"])]


async def test_only_staff_and_keys_for_it_may(api: Api) -> None:
    made = await api.subscribe("ana")
    staff = await api.staff()
    endpoint = (await create(api, staff, organisationId=made["organisation"]["id"]))["endpoint"]["id"]
    others = await api.key(*(scope for scope in Scope if scope not in (Scope.NOTIFICATIONS_WRITE, Scope.ADMIN)))
    for token in (await api.sign_in("ana@ville.example"), others):
        assert refused(await create(api, token)) == [("FORBIDDEN", "")]
        assert refused(await update(api, token, endpoint, url="nothing")) == [("FORBIDDEN", "")]
        assert refused((await api.data(ROTATE, token, id=endpoint))["rotateWebhookSecret"]) == [("FORBIDDEN", "")]
        deleted = (await api.data(DELETE, token, id=endpoint))["deleteWebhookEndpoint"]
        assert deleted == {"deleted": False, "errors": [{"code": "FORBIDDEN", "path": []}]}
        answer = await api.ask(LIST, token)
        assert (answer["data"], codes(answer)) == (
            {"webhookEndpoints": None},
            [("FORBIDDEN", ["webhookEndpoints"])],
        )
        assert (await api.data(NODE, token, id=endpoint))["node"] is None
    assert codes(await api.ask(LIST)) == [("UNAUTHENTICATED", None)]


async def test_what_it_was_sent_is_listed_for_staff_and_not_for_managers(api: Api) -> None:
    """An address may hold a key of whoever runs it."""
    made = await api.subscribe("ana")
    staff = await api.staff()
    await create(api, staff, organisationId=made["organisation"]["id"], kinds=["organisation.updated"])
    form = {"organisationId": made["organisation"]["id"], "organisation": {"name": "Ville d'Ana", "addressLines": []}}
    document = "mutation ($input: UpdateOrganisationInput!) { updateOrganisation(input: $input) { errors { code } } }"
    assert (await api.data(document, staff, input=form))["updateOrganisation"] == {"errors": []}
    listed = '{ deliveries(filter: { topic: "organisation.updated" }) { nodes { recipient state event { kind } } } }'
    (told,) = (await api.data(listed, staff))["deliveries"]["nodes"]
    assert told == {"recipient": URL, "state": "HELD", "event": {"kind": "organisation.updated"}}
    manager = await api.sign_in("ana@ville.example")
    assert (await api.data(listed, manager))["deliveries"]["nodes"] == []
    (delivery,) = await Delivery.filter(topic="organisation.updated")
    assert (await api.data("query ($id: ID!) { node(id: $id) { id } }", manager, id=delivery.id))["node"] is None
