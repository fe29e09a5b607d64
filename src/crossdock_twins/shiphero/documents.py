"""GraphQL documents made ready: parsed, checked against the schema, and remembered."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from crossdock_twins.shiphero import cost, leniency
from crossdock_twins.shiphero.errors import RequestRefusedError, document_items

_REMEMBERED = 256
_LONGEST_REMEMBERED = 64 * 1024
_MAX_TOKENS = 15_000


def refused(errors: list[GraphQLError]) -> RequestRefusedError:
    """Refuse a document that cannot run: HTTP 400 with what is wrong and where."""
    return RequestRefusedError(400, {"errors": document_items(errors)})


def refused_plainly(message: str) -> RequestRefusedError:
    """Refuse a request that holds no document."""
    return RequestRefusedError(400, {"errors": [{"message": message}]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One operation with its variables, ready to run, and what each of its fields would cost."""

    document: DocumentNode
    operation_name: str | None
    variables: dict[str, Any]
    roots: tuple[cost.RootField, ...]

    @property
    def required(self) -> int:
        """The credits to reserve: the estimates of all operations that really run."""
        return sum(root.estimate for root in self.roots if not root.analyze)


class Documents:
    """Prepares documents for one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, DocumentNode] = OrderedDict()

    def prepare(self, query: str, *, variables: Mapping[str, Any], operation_name: str | None) -> Prepared:
        """Check a document and its variables; RequestRefusedError with HTTP 400 where they are wrong."""
        document = self._checked(query)
        operation = _operation(document, operation_name)
        declared = tuple(operation.variable_definitions or ())
        softened = leniency.soften(self._schema, declared, variables)
        coerced = get_variable_values(self._schema, declared, softened)
        if isinstance(coerced, list):
            raise refused(coerced)
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        is_query = operation.operation is OperationType.QUERY
        root = cast("GraphQLObjectType", self._schema.get_root_type(operation.operation))
        estimator = cost.Estimator(self._schema, fragments, coerced.coerced)
        base = cost.QUERY if is_query else cost.MUTATION
        roots = tuple(estimator.roots(operation.selection_set, root, base))
        return Prepared(document=document, operation_name=operation_name, variables=softened, roots=roots)

    def _checked(self, query: str) -> DocumentNode:
        document = self._known.get(query)
        if document is not None:
            self._known.move_to_end(query)
            return document
        try:
            document = parse(query, max_tokens=_MAX_TOKENS)
            errors = validate(self._schema, document)
        except GraphQLError as error:
            raise refused([error]) from error
        except RecursionError as error:
            raise refused_plainly("The document is nested too deeply.") from error
        if errors:
            raise refused(errors)
        if len(query) <= _LONGEST_REMEMBERED:
            self._known[query] = document
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name:
        found = [node for node in found if node.name and node.name.value == name]
        if not found:
            raise refused_plainly(f'Unknown operation named "{name}".')
    if not found:
        raise refused_plainly("Must provide an operation.")
    if len(found) > 1:
        raise refused_plainly("Must provide operation name if query contains multiple operations.")
    if found[0].operation is OperationType.SUBSCRIPTION:
        raise refused_plainly("Schema is not configured for subscriptions.")
    return found[0]
