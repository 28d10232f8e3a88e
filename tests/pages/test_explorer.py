"""The explorer's content: ready-made operations that the contract accepts, and the demo's own values."""

import json
import re

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from capcom_gql.pages import READY_MADE, Caller, Operation, explorer_page, with_variables


def content_of(html: str) -> dict[str, list[dict[str, object]]]:
    found = re.search(r'<script type="application/json" id="content">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    content: dict[str, list[dict[str, object]]] = json.loads(found.group(1))
    return content


@pytest.mark.parametrize("operation", READY_MADE, ids=lambda operation: operation.name)
def test_an_operation_is_one_the_contract_and_the_program_accept(schema: GraphQLSchema, operation: Operation) -> None:
    document = parse(operation.document)
    assert validate(schema, document) == []
    (definition,) = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    assert definition.name is not None and definition.name.value == operation.name
    declared = definition.variable_definitions or ()
    values = get_variable_values(schema, declared, dict(operation.variables))
    assert not isinstance(values, list), values
    assert operation.variables.keys() <= {each.variable.name.value for each in declared}


def test_the_operations_of_a_first_visit_are_there_and_a_discount_check_comes_first() -> None:
    names = [operation.name for operation in READY_MADE]
    assert names[0] == "DiscountCheck"
    assert len(set(names)) == len(names)
    assert set(names) >= {"Plans", "Subscribe", "ChoosePassword", "SignIn", "Viewer", "RedeemDiscount", "Events"}
    subscribe = next(operation for operation in READY_MADE if operation.name == "Subscribe")
    form = subscribe.variables["input"]
    assert isinstance(form, dict) and len(form["users"]) == 4


def test_the_demo_puts_its_own_values_in() -> None:
    number = "CP 1111 2222 3333 4444"
    own = with_variables(READY_MADE, {"DiscountCheck": {"input": {"subscriberNumber": number}}, "Events": {"first": 5}})
    content = {str(each["name"]): each["variables"] for each in content_of(explorer_page(own))["operations"]}
    check = content["DiscountCheck"]
    assert isinstance(check, dict) and check["input"]["subscriberNumber"] == number
    assert check["input"]["eventKind"] == "TRAINING"
    assert content["Events"] == {"first": 5, "filter": {}}
    assert READY_MADE[0].variables["input"] != check["input"]


def test_a_value_for_an_unknown_operation_is_refused() -> None:
    with pytest.raises(ValueError, match="DiscountChek"):
        with_variables(READY_MADE, {"DiscountChek": {}})


def test_each_page_has_idempotency_keys_of_its_own() -> None:
    def keys(html: str) -> list[str]:
        return re.findall(r'"idempotencyKey": "([^"]+)"', html)

    first, second = keys(explorer_page()), keys(explorer_page())
    assert len(first) >= 4
    assert len(set(first + second)) == len(first) + len(second)


def test_a_given_idempotency_key_is_kept() -> None:
    own = with_variables(READY_MADE, {"RedeemDiscount": {"input": {"idempotencyKey": "mine"}}})
    assert '"idempotencyKey": "mine"' in explorer_page(own)


def test_nothing_put_in_can_end_the_script_element() -> None:
    nasty = "</script><script>alert(1)</script><!-- <script>"
    own = with_variables(READY_MADE, {"SubscriptionDetail": {"id": nasty}})
    html = explorer_page(own, callers=[Caller("staff", nasty, "token")])
    content = content_of(html)
    assert content["callers"] == [{"kind": "staff", "label": nasty, "token": "token"}]
    assert "alert(1)</script>" not in html


def test_tokens_are_in_the_page_only_when_given() -> None:
    assert content_of(explorer_page())["callers"] == []


def test_the_mailbox_is_linked_where_there_is_one() -> None:
    assert 'href="/mailbox"' not in explorer_page()
    assert 'href="/mailbox"' in explorer_page(mailbox=True)
