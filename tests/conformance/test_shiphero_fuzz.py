"""Documents that nobody would write: whatever is valid gets an answer, and never a failure of the twin itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    ObjectFieldNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

from crossdock_twins.shiphero.api import served_schema
from crossdock_twins.shiphero.errors import Code
from shiphero_client import Client, new_client
from twins import ShipheroTwin

pytestmark = pytest.mark.timeout(900)

DOCUMENTS = 2_500
_ENOUGH = 3_000
_DATES = st.sampled_from(["2026-01-05", "2026-02-03T04:05:06", "2020-01-01 00:00:00+00:00", "not a date", ""])
_SCALARS: dict[str, Any] = {
    **dict.fromkeys(("ISODateTime", "DateTime", "Date"), _DATES.map(nodes.String)),
    "BigInt": st.integers(-3, 2**40).map(nodes.Int),
    **dict.fromkeys(("Decimal", "Money"), st.sampled_from(["1.50", "0", "-2", "x"]).map(nodes.String)),
    **dict.fromkeys(("GenericScalar", "JSONObjectScalar"), st.text(max_size=5).map(nodes.String)),
    "URL": st.just("http://127.0.0.1:9/nobody").map(nodes.String),
    "DataExportModuleName": st.sampled_from(["ORDERS", "PRODUCTS", "x"]).map(nodes.String),
}
_LISTS = {
    **{f"{name}_id": f"{name}s" for name in ("order", "product", "shipment", "location", "tote", "vendor", "return")},
    **{f"{name}_id": f"{name}s" for name in ("purchase_order", "inbound_shipment", "work_order", "wholesale_order")},
    **{f"{name}_id": f"{name}s" for name in ("bill", "webhook", "user")},
}


class _Grounded(Visitor):
    """Puts ids and SKUs that exist in place of made-up ones, and keeps every page small."""

    def __init__(self, info: TypeInfo, known: dict[str, list[str]]) -> None:
        super().__init__()
        self._info = info
        self._known = known

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode:
        return ArgumentNode(name=node.name, value=self._value(node))

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode:
        return ObjectFieldNode(name=node.name, value=self._value(node))

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        definition = self._info.get_field_def()
        if definition is None or "first" not in definition.args:
            return node
        kept = [each for each in node.arguments or () if each.name.value not in {"first", "last", "before", "after"}]
        first = ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value="2"))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=(*kept, first),
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def _value(self, node: ArgumentNode | ObjectFieldNode) -> Any:
        known = self._known.get(node.name.value)
        if not known or not isinstance(node.value, StringValueNode):
            return node.value
        return StringValueNode(value=known[len(node.value.value) % len(known)])


@dataclass
class Shop:
    """A twin with a client, and what can be named in it."""

    twin: ShipheroTwin
    client: Client
    schema: GraphQLSchema
    known: dict[str, list[str]]
    spent: int = 0
    asked: int = 0

    def ground(self, document: DocumentNode) -> str:
        info = TypeInfo(self.schema)
        return print_ast(visit(document, TypeInfoVisitor(info, _Grounded(info, self.known))))

    def ask(self, text: str) -> None:
        """Send a document; a failure of the twin's own fails the test."""
        self.asked += 1
        reply = self.client.post(text)
        assert reply.status in {200, 400}, f"{reply.status} for {text}"
        answer = reply.json()
        codes = [error.get("code") for error in answer.get("errors", ())]
        assert Code.UNEXPECTED not in codes, text
        self.spent += answer.get("extensions", {}).get("throttling", {}).get("cost", 0)
        if self.spent > _ENOUGH or Code.NO_CREDITS in codes:
            self.twin.clock_advance("70s")
            self.spent = 0


@pytest.fixture(scope="module")
def shop(shiphero_twin_process: ShipheroTwin) -> Iterator[Shop]:
    """Take a small shop, and read what can be named in it."""
    shiphero_twin_process.reset()
    client = new_client(shiphero_twin_process)
    found = Shop(twin=shiphero_twin_process, client=client, schema=served_schema(), known={})
    for name, root in _LISTS.items():
        edges = client.data(f"{{ {root} {{ data(first: 4) {{ edges {{ node {{ id }} }} }} }} }}")[root]["data"]["edges"]
        found.known[name] = [edge["node"]["id"] for edge in edges]
        shiphero_twin_process.clock_advance("10s")
    products = client.data("{ products { data(first: 4) { edges { node { sku } } } } }")["products"]["data"]["edges"]
    found.known["sku"] = [edge["node"]["sku"] for edge in products]
    account = client.data("{ account { data { id warehouses { id } } } }")["account"]["data"]
    found.known["warehouse_id"] = [each["id"] for each in account["warehouses"]]
    found.known["id"] = [number for name in ("order_id", "product_id", "location_id") for number in found.known[name]]
    yield found
    shiphero_twin_process.reset()


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_every_valid_document_is_answered(shop: Shop, kind: str) -> None:
    """Thousands of generated documents, grounded in what exists, get an answer or an error of the operation's own."""

    @settings(
        max_examples=DOCUMENTS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(_documents(shop.schema, kind))
    def answered(text: str) -> None:
        shop.ask(shop.ground(parse(text)))

    before = shop.asked
    answered()

    assert shop.asked - before >= DOCUMENTS
    assert shop.twin.control("GET", "/health")["failed"] == []


def _documents(schema: GraphQLSchema, kind: str) -> Any:
    """Give documents of one kind, one operation at a time, so that none is left out."""
    root, generate = (schema.query_type, queries) if kind == "query" else (schema.mutation_type, mutations)
    names = sorted(root.fields) if root is not None else []
    made = {name: generate(schema, fields=[name], custom_scalars=_SCALARS, allow_x00=False) for name in names}
    return st.sampled_from(names).flatmap(made.__getitem__)
