from graphql import GraphQLObjectType, GraphQLSchema, build_ast_schema

from crossdock_twins.shiphero import sdl

_COMMON = "scalar GenericScalar type PageInfo { hasNextPage: Boolean! }"


def _schema(*sources: str) -> GraphQLSchema:
    return build_ast_schema(sdl.expand([_COMMON, *sources]))


def _arguments(schema: GraphQLSchema, kind: str, name: str) -> list[str]:
    found = schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return list(found.fields[name].args)


def test_an_answer_gets_its_envelope() -> None:
    """A type marked @answer starts with request_id and complexity."""
    schema = _schema("extend type Query { a: A } type A @answer { data: Int }")

    kind = schema.type_map["A"]

    assert isinstance(kind, GraphQLObjectType)
    assert list(kind.fields) == ["request_id", "complexity", "data"]


def test_a_query_with_an_answer_takes_analyze() -> None:
    """Queries for answers take analyze, queries for bare types do not."""
    schema = _schema("extend type Query { a(id: ID!): A b: B } type A @answer type B { x: Int }")

    assert _arguments(schema, "Query", "a") == ["id", "analyze"]
    assert _arguments(schema, "Query", "b") == []


def test_a_mutation_with_an_answer_takes_no_analyze() -> None:
    """A mutation gets only the arguments that are written."""
    schema = _schema("extend type Query { a: Int } extend type Mutation { m(id: ID): A } type A @answer")

    assert _arguments(schema, "Mutation", "m") == ["id"]


def test_a_listed_type_has_connection_and_edge() -> None:
    """A type marked @listed gets both companions, and a count only on request."""
    schema = _schema("extend type Query { a: AConnection } type A @listed { x: Int }")

    connection, edge = schema.type_map["AConnection"], schema.type_map["AEdge"]

    assert isinstance(connection, GraphQLObjectType)
    assert isinstance(edge, GraphQLObjectType)
    assert {name: str(each.type) for name, each in connection.fields.items()} == {
        "pageInfo": "PageInfo!",
        "edges": "[AEdge]!",
    }
    assert {name: str(each.type) for name, each in edge.fields.items()} == {"node": "A", "cursor": "String!"}


def test_a_list_can_have_another_name_and_a_count() -> None:
    """The options of @listed name the companions and add total_count."""
    schema = _schema('extend type Query { a: BConnection } type A @listed(as: "B", count: true) { x: Int }')

    connection = schema.type_map["BConnection"]

    assert isinstance(connection, GraphQLObjectType)
    assert "total_count" in connection.fields


def test_a_page_takes_the_page_arguments_after_its_own() -> None:
    """A field marked @page takes the five arguments of a page, and search where asked for."""
    schema = _schema(
        "extend type Query { a(x: Int): AConnection @page b: AConnection @page(search: true) }"
        " type A @listed { x: Int }"
    )

    assert _arguments(schema, "Query", "a") == ["x", "sort", "before", "after", "first", "last"]
    assert _arguments(schema, "Query", "b") == ["sort", "search", "before", "after", "first", "last"]


def test_other_directives_stay() -> None:
    """A deprecation is no private directive."""
    schema = _schema('extend type Query { a: Int @deprecated(reason: "Old.") }')

    query = schema.query_type

    assert query is not None
    assert query.fields["a"].deprecation_reason == "Old."
