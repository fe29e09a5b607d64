"""Every way by which a writing action could reach a provider: tools, rpc, proxies, and what GraphQL can hide."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse

from crossdock.connectors.model import Action

_FORM = "application/x-www-form-urlencoded"
_PLACE = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request that tries to get an action through; ``tool`` where it is a tool call, else a path of the API."""

    way: str
    path: str
    body: Any = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_tool: bool = False


def of_tools(action: Action, *, query: str = "") -> Iterator[Attempt]:
    """Yield the tool by its name in each style, and by the tool that runs any action."""
    given = dict(action.examples[0]) if action.examples else {}
    flat = {f"{place}_{name}": value for place, part in given.items() for name, value in dict(part).items()}
    connector = action.name.partition("_")[0]
    mark = "&" if query else "?"
    yield _tool("tool call", action.name, given, query)
    yield _tool("tool call, flat", action.name, flat, f"{query}{mark}param-style=flat_prefixed")
    run_any = {"action": action.name, "arguments": given}
    yield _tool("tool that runs any", f"{connector}_execute_action", run_any, f"{query}{mark}tool-mode=search_execute")


def of_rpc(action: Action) -> Iterator[Attempt]:
    """Yield the action by rpc, plain, and in the ways of the API that lead to the same."""
    given = dict(action.examples[0]) if action.examples else {}
    asked = {"action": action.name, **given}
    yield Attempt(way="rpc", path="/actions/rpc", body=asked)
    yield Attempt(way="rpc, synced", path="/actions/rpc?sync=true", body=asked)
    yield Attempt(way="rpc, collected", path="/actions/rpc", body={**asked, "collect": True})
    yield Attempt(way="rows of a run", path="/actions/rpc/synced", body={"action": action.name})


def of_rest(action: Action) -> Iterator[Attempt]:
    """Yield the request itself, by both proxies, and disguised as another method."""
    path, method = _PLACE.sub("ESUS10000001", action.call.path), action.call.method
    yield Attempt(way="proxy", path=f"/proxy{path}", method=method, body={})
    yield Attempt(way="proxy, doubled slash", path=f"/proxy/{path}", method=method, body={})
    yield Attempt(way="proxy, named method", path=f"/proxy{path}?_method={method}", method="GET")
    wrapped = {"method": method.lower(), "path": path, "body": {}}
    yield Attempt(way="envelope", path="/unified/proxy", body=wrapped)
    yield Attempt(way="envelope, shouted", path="/unified/proxy", body={**wrapped, "method": method})
    for spelling in (f"{path}/", f"{path};a=b.json", path.replace("c", "%63")) if method == "POST" else ():
        yield Attempt(way="proxy, spelled otherwise", path=f"/proxy{spelling}", method=method, body={})
    form = {"headers": {"content-type": _FORM}, "body": f"a=b&%5Fmethod={method.lower()}"}
    if method != "POST":
        yield Attempt(way="envelope, form", path="/unified/proxy", body={"method": "post", "path": path, **form})
    override = {"X_HTTP_Method_Override": method, "connection": "x-a"}
    yield Attempt(way="envelope, form in disguise", path="/unified/proxy", body={**wrapped, "headers": override})


def of_graphql(action: Action) -> Iterator[Attempt]:
    """Yield the mutation by both proxies: plain, and in each form in which a document can hide it."""
    for way, body in _hidden(_mutation(action)):
        yield Attempt(way=f"proxy, {way}", path="/proxy/graphql", body=body)
        wrapped = {"method": "post", "path": "/graphql", "body": body}
        yield Attempt(way=f"envelope, {way}", path="/unified/proxy", body=wrapped)
    mutation = f"mutation{{{_mutation(action)}(data:{{}}){{request_id}}}}"
    form_in_json = {"query": "{ me { request_id } }", "variables": {"x": f"&query={mutation}&"}}
    yield Attempt(way="proxy, form", path="/proxy/graphql", body=form_in_json, headers={"content-type": _FORM})
    coded = {"content-type": "application/json; charset=utf-7"}
    yield Attempt(way="proxy, other characters", path="/proxy/graphql", body=form_in_json, headers=coded)
    yield Attempt(way="proxy, GET", path=f"/proxy/graphql?query=mutation%7B{_mutation(action)}%7D", method="GET")


Ways = Callable[[Action], Iterator[Attempt]]


def through(action: Action) -> Ways:
    """Return the ways past the actions that fit the provider's protocol."""
    return of_graphql if action.call.document else of_rest


def _tool(way: str, name: str, given: Any, query: str) -> Attempt:
    return Attempt(way=way, path=f"/mcp{query}", body={"name": name, "arguments": given}, is_tool=True)


def _mutation(action: Action) -> str:
    """Return the name of the field that the action's document changes something with."""
    (operation,) = [
        node for node in parse(action.call.document or "").definitions if isinstance(node, OperationDefinitionNode)
    ]
    return next(node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode))


def _hidden(field: str) -> Iterator[tuple[str, Any]]:
    plain = f"mutation {{ {field}(data: {{}}) {{ request_id }} }}"
    yield "plain", {"query": plain}
    yield "alias", {"query": f"mutation {{ me: {field}(data: {{}}) {{ request_id }} }}"}
    yield "comment", {"query": f"# query {{ me {{ id }} }}\n{plain}"}
    several = f"query A {{ me {{ request_id }} }} mutation B {{ {field}(data: {{}}) {{ request_id }} }}"
    yield "several, the query named", {"query": several, "operationName": "A"}
    yield "several, the mutation named", {"query": several, "operationName": "B"}
    fragment = f"fragment F on Mutation {{ {field}(data: {{}}) {{ request_id }} }}"
    yield "fragment", {"query": f"mutation {{ ...F }} {fragment}"}
    yield "fragment beside a query", {"query": f"query A {{ me {{ id }} }} mutation B {{ ...F }} {fragment}"}
    yield "inline fragment", {"query": f"mutation {{ ... on Mutation {{ {field}(data: {{}}) {{ request_id }} }} }}"}
    yield "directive", {"query": f"mutation {{ {field}(data: {{}}) @include(if: true) {{ request_id }} }}"}
    digest = hashlib.sha256(plain.encode()).hexdigest()
    yield "persisted name", {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    yield "persisted id", {"id": digest, "operationName": field}
    yield "persisted beside a query", {"query": "{ me { request_id } }", "id": digest}
    yield "block string", {"query": f'query A {{ me(x: """ ") {{ id }} }} {plain} #""") {{ request_id }} }}'}
    yield "batch", [{"query": "{ me { request_id } }"}, {"query": plain}]
