"""What a document will cost, held against the twin's own reckoning."""

from __future__ import annotations

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, OperationType, parse

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.documents import schema
from crossdock.connectors.documents.credits import predicted
from crossdock.connectors.model import Action
from crossdock_twins.shiphero.cost import MUTATION, QUERY, Estimator

CONNECTOR = Catalogue.load().get("shiphero")
ACTIONS = tuple(CONNECTOR.actions.values())
MOST = 500
ACCOUNT = CONNECTOR.actions["shiphero_get_account"]


def cost(document: str, **variables: object) -> int:
    assert CONNECTOR.credits is not None
    return predicted(credits=CONNECTOR.credits, document=document, variables=variables)


def reckoned(document: str, **variables: object) -> int:
    """Return what the twin would say."""
    assert ACCOUNT.call.schema is not None
    served = schema.read(ACCOUNT.call.schema)
    parsed = parse(document)
    fragments = {one.name.value: one for one in parsed.definitions if isinstance(one, FragmentDefinitionNode)}
    [operation] = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
    mutates = operation.operation is OperationType.MUTATION
    root = served.mutation_type if mutates else served.query_type
    assert root is not None
    estimator = Estimator(served, fragments, variables)
    return sum(one.estimate for one in estimator.roots(operation.selection_set, root, MUTATION if mutates else QUERY))


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_a_default_call_is_cheap_and_reckoned_as_the_provider_does(action: Action) -> None:
    """Nobody has to know about credits to call an action as it is."""
    variables = {action.paging.size: action.paging.default} if action.paging else {}

    found = cost(action.call.document or "", **variables)

    assert found < MOST
    assert found == reckoned(action.call.document or "", **variables)


@pytest.mark.parametrize(
    ("document", "credits"),
    [
        ("{ user_quota { credits_remaining } }", 0),
        ("{ account { data { id } } }", 1),
        ("{ orders { data(first: 10) { edges { node { id } } } } }", 11),
        ("{ orders { data { edges { node { id } } } } }", 101),
        (
            "{ orders { data(first: 100) { edges { node { line_items(first: 100) { edges { node { id } } } } } } } }",
            10001,
        ),
        ("{ orders { data(last: 7) { edges { node { ...F } } } } } fragment F on Order { shipments { id } }", 8),
        ('{ labor_jobs(warehouse_id: "1", first: 5) { data { edges { node { id } } } } }', 6),
        ("{ a: orders { data(first: 2) { edges { cursor } } } b: orders { data(first: 3) { edges { cursor } } } }", 7),
        ('mutation { order_cancel(data: {order_id: "1"}) { order { id } } }', 10),
    ],
)
def test_lists_multiply(document: str, credits: int) -> None:  # noqa: A002 - the provider's word for it
    """A list costs its size times what a row costs; fragments and aliases hide nothing."""
    assert cost(document) == credits == reckoned(document)


def test_sizes_come_from_variables_and_their_defaults() -> None:
    """A size that is sent wins over the one that the document names."""
    document = "query($n: Int = 4) { orders { data(first: $n) { edges { node { id } } } } }"

    assert (cost(document), cost(document, n=9)) == (5, 10)


def test_the_dearest_operation_counts_where_none_is_named() -> None:
    """Of several operations one runs; without its name it could be any."""
    document = "query A { account { data { id } } } query B { orders { data(first: 10) { edges { cursor } } } }"
    assert CONNECTOR.credits is not None

    named = predicted(credits=CONNECTOR.credits, document=document, variables={}, operation="A")

    assert (cost(document), named) == (11, 1)
