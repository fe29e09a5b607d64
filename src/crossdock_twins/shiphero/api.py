"""The GraphQL API: which operations are built, and the way from a request's payload to its answer."""

import logging
from functools import cache
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, execute_sync

from crossdock_twins.shiphero import areas, errors, ids, losses, schema, scopes, throttle
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver
from crossdock_twins.shiphero.documents import Documents, Prepared, refused, refused_plainly
from crossdock_twins.shiphero.errors import ApiError, Code
from crossdock_twins.shiphero.paging import Listing
from crossdock_twins.shiphero.room import with_room
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.stock import news

_log = logging.getLogger(__name__)

_BARE = frozenset({"user_quota", "node"})
"""Operations that answer without the envelope of `request_id`, `complexity` and `data`."""


def _query(name: str, operation: Operation) -> Resolver:
    def resolve(_source: Any, info: Info, *, analyze: bool | None = None, **arguments: Any) -> Any:
        call = info.context
        scopes.check(call, name)
        if name in _BARE:
            return operation(call, **arguments)
        return {**_envelope(call, info), "data": None if analyze else operation(call, **arguments)}

    return resolve


def _mutation(name: str, operation: Operation) -> Resolver:
    def resolve(_source: Any, info: Info, **arguments: Any) -> Any:
        call = info.context
        scopes.check(call, name)
        with call.state.store.transaction():
            changed = operation(call, **arguments)
            news.tell_updates(call.state)
        if name in _BARE:
            return changed
        entity = areas.ENTITIES.get(name)
        return {**_envelope(call, info), **((changed or {}) if entity is None else {entity: changed})}

    return resolve


def _envelope(call: Call, info: Info) -> dict[str, Any]:
    return {"request_id": call.request_id, "complexity": call.estimates[str(info.path.key)]}


def _page(source: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
    listing: Listing | None = source["data"]
    return schema.empty_connection() if listing is None else listing.connection(info.context, **page)


@cache
def served_schema() -> GraphQLSchema:
    """Build the schema, once per process: it holds no state."""
    resolvers = schema.Resolvers(
        queries={name: _query(name, operation) for name, operation in areas.QUERIES.items()},
        mutations={name: _mutation(name, operation) for name, operation in areas.MUTATIONS.items()},
        fields={**{(result, "data"): _page for result in areas.PAGES}, **areas.FIELDS},
    )
    built = schema.build(resolvers)
    scopes.hide_personal_fields(built)
    return built


class Api:
    """Answers payloads for callers that are known and whose requests are admitted."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._schema = served_schema()
        schema.all_scopes()  # read now what the first request would wait for
        self._documents = Documents(self._schema)

    def answer(self, call: Call, payload: Any) -> dict[str, Any]:
        """Run a payload and give the whole answer; RequestRefusedError where it cannot run at all."""
        prepared = self._prepare(payload)
        bucket, _ = self._state.throttle.of(call.user.id)
        call.credits_left = bucket.remaining(self._state.now())
        call.estimates = {root.key: root.estimate for root in prepared.roots}
        required = prepared.required
        shortage = self._shortage(call, required)
        if shortage is not None:
            return {"errors": [self._item(shortage, prepared, call, path=None)], "data": None}
        result = self._run(call, prepared)
        unused = max(0, required - self._charge(call, prepared))
        bucket.give_back(unused)
        answer = self._answer(result, prepared, call, cost=required - unused)
        return losses.strike(answer, prepared=prepared, store=self._state.store, request_id=call.request_id)

    def _prepare(self, payload: Any) -> Prepared:
        if isinstance(payload, list):
            raise refused_plainly("Batch GraphQL requests are not enabled.")
        query = payload.get("query") if isinstance(payload, dict) else None
        if not isinstance(query, str) or not query.strip():
            raise refused_plainly("Must provide query string.")
        variables, name = payload.get("variables"), payload.get("operationName")
        if variables is not None and not isinstance(variables, dict):
            raise refused_plainly("Variables are invalid JSON.")
        if name is not None and not isinstance(name, str):
            raise refused_plainly("operationName must be a string.")
        return self._documents.prepare(query, variables=variables or {}, operation_name=name)

    def _shortage(self, call: Call, required: int) -> ApiError | None:
        bucket, _ = self._state.throttle.of(call.user.id)
        if required > throttle.CAPACITY:
            return errors.above_cap(required=required, remaining=call.credits_left, cap=throttle.CAPACITY)
        shortage = bucket.take(required, self._state.now())
        return None if shortage is None else shortage.as_error()

    def _run(self, call: Call, prepared: Prepared) -> ExecutionResult:
        return with_room(
            lambda: execute_sync(
                self._schema,
                prepared.document,
                context_value=call,
                variable_values=prepared.variables,
                operation_name=prepared.operation_name,
            )
        )

    def _charge(self, call: Call, prepared: Prepared) -> int:
        """Charge what a list cost before its rows, and the rows that it gave."""
        return sum(root.base for root in prepared.roots if not root.analyze) + call.rows

    def _answer(self, result: ExecutionResult, prepared: Prepared, call: Call, *, cost: int) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        if result.errors:
            if result.data is None and all(error.path is None for error in result.errors):
                raise refused(result.errors)
            answer["errors"] = [self._described(error, prepared, call) for error in result.errors]
        answer["data"] = result.data
        answer["extensions"] = {"throttling": {"cost": cost}}
        return answer

    def _described(self, error: GraphQLError, prepared: Prepared, call: Call) -> dict[str, Any]:
        original = error.original_error
        if isinstance(original, ApiError):
            return self._item(original, prepared, call, path=error)
        if original is not None:
            _log.error("shiphero.operation.failed", exc_info=original)
        unexpected = ApiError(Code.UNEXPECTED, "The twin could not answer this. Its log says why.")
        return self._item(unexpected, prepared, call, path=error)

    def _item(self, error: ApiError, prepared: Prepared, call: Call, *, path: GraphQLError | None) -> dict[str, Any]:
        names = {root.key: root.name for root in prepared.roots}
        key = str(path.path[0]) if path is not None and path.path else next(iter(names), "")
        nodes: Any = path.nodes if path is not None else None
        field = nodes[0].name.value if nodes else None
        return errors.item(error, operation=names.get(key, key), field=field, request_id=call.request_id)


def new_call(state: State, *, subject: str, granted: frozenset[str] | None = None) -> Call | None:
    """Start a request for the user of a token; None where user or account may not call the API.

    `granted` narrows what the user may do to what an agent was allowed.
    """
    user = state.accounts.user_of_subject(subject)
    account = None if user is None else state.accounts.get(user.account_id)
    if user is None or account is None or not (user.is_active and account.is_active):
        return None
    own = frozenset(schema.all_scopes() if user.scopes is None else user.scopes)
    return Call(
        state=state,
        user=user,
        account=account,
        visible=(account.id, *state.accounts.customers_of(account.id)),
        scopes=own if granted is None else own & granted,
        request_id=ids.request_id(),
    )
