"""What a token may do: the scope of each operation, and the fields that show people."""

from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLSchema, default_field_resolver

from crossdock_twins.shiphero import schema
from crossdock_twins.shiphero.call import Call, Info, Resolver
from crossdock_twins.shiphero.errors import missing_scopes

PII = "view:pii"
PERSONAL_FIELDS = (
    ("Order", "email"),
    ("Order", "shipping_address"),
    ("Order", "billing_address"),
    ("Shipment", "address"),
    ("Return", "address"),
    ("RMALabel", "address"),
)
"""Null without `view:pii`, and no error with it. The provider publishes no list: this one is the twin's choice."""


def check(call: Call, operation: str) -> None:
    """Refuse with error 7 an operation whose scope the caller lacks."""
    scope = schema.scopes_of_operations()[operation]
    if scope is not None and scope not in call.scopes:
        raise missing_scopes(scope)


def hide_personal_fields(served: GraphQLSchema) -> None:
    """Make the personal fields null for callers without the scope to see them."""
    for type_name, name in PERSONAL_FIELDS:
        personal = cast("GraphQLObjectType", served.type_map[type_name]).fields[name]
        personal.resolve = _hidden(personal.resolve or default_field_resolver)


def _hidden(resolve: Resolver) -> Resolver:
    def hiding(source: Any, info: Info, **arguments: Any) -> Any:
        return resolve(source, info, **arguments) if PII in info.context.scopes else None

    return hiding
