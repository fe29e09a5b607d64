from typing import Any

import pytest
from graphql import FragmentDefinitionNode, GraphQLObjectType, OperationDefinitionNode, parse

from crossdock_twins.shiphero import api, cost


def _roots(query: str, variables: dict[str, Any] | None = None) -> list[cost.RootField]:
    document = parse(query)
    schema = api.served_schema()
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    root = schema.get_root_type(operation.operation)
    assert isinstance(root, GraphQLObjectType)
    base = cost.QUERY if operation.operation.value == "query" else cost.MUTATION
    return cost.Estimator(schema, fragments, variables or {}).roots(operation.selection_set, root, base)


@pytest.mark.parametrize(
    ("query", "estimate"),
    [
        ("{ me { data { id } } }", 1),
        ("{ user_quota { credits_remaining } }", 0),
        ("{ __typename }", 0),
        ("{ __schema { types { name } } }", 0),
        ("{ products { data(first: 10) { edges { node { id } } } } }", 11),
        ("{ products { data(last: 7) { edges { node { id } } } } }", 8),
        ("{ products { data { edges { node { id } } } } }", 101),
        ("{ products { data(first: 10) { edges { node { warehouse_products { on_hand } tags } } } } }", 11),
        ("{ orders { data(first: 100) { edges { node { line_items { edges { node { id } } } } } } } }", 10001),
        (
            "{ orders { data(first: 100) { edges { node { line_items(first: 13) { edges { node { id } } } } } } } }",
            1301,
        ),
        ('{ order(id: "1") { data { line_items(first: 5) { edges { node { id } } } } } }', 6),
        ("{ orders { data(first: 0) { edges { node { id } } } } }", 1),
        ("{ orders { complexity } }", 1),
    ],
)
def test_estimates(query: str, estimate: int) -> None:
    """A list costs its page size for each row above it; plain lists and single objects cost nothing more."""
    roots = _roots(query)

    assert [root.estimate for root in roots] == [estimate]


def test_sizes_come_from_variables() -> None:
    """A page size in a variable counts, and a variable that was left out means the default of 100."""
    query = "query($n: Int) { orders { data(first: $n) { edges { node { id } } } } }"

    assert _roots(query, {"n": 40})[0].estimate == 41
    assert _roots(query)[0].estimate == 101


def test_fragments_count_where_they_are_spread() -> None:
    """Lists inside fragments multiply as if written in place."""
    query = """
      { orders { data(first: 10) { ...page } } }
      fragment page on OrderConnection { edges { node { ... on Order { line_items(first: 4) { edges { cursor } } } } } }
    """

    assert _roots(query)[0].estimate == 41


def test_what_is_skipped_is_free() -> None:
    """Fields switched off by a directive cost nothing."""
    query = """query($with: Boolean!) {
      orders { data(first: 10) { edges { node { line_items @include(if: $with) { edges { cursor } } } } } }
      products @skip(if: true) { complexity }
    }"""

    roots = _roots(query, {"with": False})

    assert [(root.name, root.estimate) for root in roots] == [("orders", 11)]


def test_each_operation_of_a_document_is_estimated() -> None:
    """Aliases keep the operations apart, and analyze is noted."""
    query = "{ a: orders(analyze: true) { complexity } b: products { data(first: 2) { edges { cursor } } } }"

    roots = _roots(query)

    assert [(root.key, root.name, root.estimate, root.analyze) for root in roots] == [
        ("a", "orders", 1, True),
        ("b", "products", 3, False),
    ]


def test_a_mutation_costs_ten() -> None:
    """A mutation costs ten, and what its answer lists on top."""
    query = 'mutation { order_add_tags(data: {order_id: "1"}) { order { line_items(first: 3) { edges { cursor } } } } }'

    assert _roots(query)[0].estimate == 13


def test_nested_fragments_are_weighed_once() -> None:
    """A document whose fragments fan out does not take for ever."""
    levels = 24
    fragments = "".join(
        f" fragment f{level} on Order {{ order_history {{ order {{ ...f{level + 1} }} }} "
        f"x: order_history {{ order {{ ...f{level + 1} }} }} }}"
        for level in range(levels)
    )
    query = f'{{ order(id: "1") {{ data {{ ...f0 }} }} }}{fragments} fragment f{levels} on Order {{ id }}'

    assert _roots(query)[0].estimate == 1
