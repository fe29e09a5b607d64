from graphql import GraphQLObjectType, validate_schema

from crossdock_twins.shiphero import api, areas, schema, scopes


def test_the_schema_is_valid_and_whole() -> None:
    """The served schema keeps the rules of GraphQL and has all operations of the public API."""
    served = api.served_schema()

    assert validate_schema(served) == []
    assert served.query_type is not None
    assert served.mutation_type is not None
    assert (len(served.query_type.fields), len(served.mutation_type.fields)) == (71, 122)


def test_every_list_in_the_schema_has_its_companions() -> None:
    """Each connection has page information and edges, and each edge a node and a cursor."""
    kinds = api.served_schema().type_map
    connections = [
        kind for name, kind in kinds.items() if name.endswith("Connection") and isinstance(kind, GraphQLObjectType)
    ]

    assert len(connections) == 57
    for connection in connections:
        edge = kinds[connection.name.replace("Connection", "Edge")]
        assert isinstance(edge, GraphQLObjectType)
        assert {"pageInfo", "edges"} <= set(connection.fields)
        assert set(edge.fields) == {"node", "cursor"}


def test_old_fields_are_marked() -> None:
    """Deprecated fields say what to read instead, in a full sentence."""
    reasons = {
        f"{kind.name}.{name}": field.deprecation_reason
        for kind in api.served_schema().type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if field.deprecation_reason
    }

    assert len(reasons) == 28
    assert "Order.ready_to_ship" in reasons
    assert all(reason.endswith(".") for reason in reasons.values())


def test_only_the_three_known_directives_are_served() -> None:
    """Clients of the provider's age know include, skip and deprecated."""
    assert [each.name for each in api.served_schema().directives] == ["include", "skip", "deprecated"]


def test_every_operation_has_its_scope() -> None:
    """Reading needs view, changing needs change, and the caller's own facts need nothing."""
    needed = schema.scopes_of_operations()

    assert len(needed) == 71 + 122 - 1
    assert needed["orders"] == "view:orders"
    assert needed["order_create"] == "change:orders"
    assert needed["product"] == "view:products"
    assert {name for name, scope in needed.items() if scope is None} == {"me", "node", "user_quota", "uuid"}


def test_all_scopes_hold_the_personal_one() -> None:
    """The list of scopes ends with the one for personal data and has no doubles."""
    every = schema.all_scopes()

    assert every[-1] == scopes.PII
    assert len(set(every)) == len(every)


def test_what_is_built_is_in_the_schema() -> None:
    """No resolver stands under a name that nobody can ask for."""
    served = api.served_schema()
    assert served.query_type is not None
    assert served.mutation_type is not None

    assert set(areas.QUERIES) <= set(served.query_type.fields)
    assert set(areas.MUTATIONS) <= set(served.mutation_type.fields)
    assert set(areas.ENTITIES) <= set(areas.MUTATIONS)
