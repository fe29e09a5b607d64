"""Requests to a provider, made from actions, probe steps and proxy calls; nothing is sent here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jsonschema
from graphql import GraphQLError

from crossdock.connectors import multipart
from crossdock.connectors.auth import credential_headers
from crossdock.connectors.documents import selection
from crossdock.connectors.documents.credits import predicted
from crossdock.connectors.model import Action, AuthMethod, Call, Connector, Depth, Environment, Paging, ProbeStep
from crossdock.egress.exchange import Request
from crossdock.kernel.errors import InvalidRequestError, UnprocessableError
from crossdock.kernel.secret import Secret

PROXY_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_OWN_HEADERS = frozenset(
    {
        *("authorization", "cookie", "host", "content-length", "connection", "keep-alive", "te", "trailer", "upgrade"),
        *("transfer-encoding", "proxy-authorization", "proxy-connection", "expect", "accept-encoding", "x-account-id"),
        *("x-http-method", "x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"),
    }
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/\[\]-]{0,2000}")
# Targets that cannot be read in two ways: no encoding, no segment that is empty or begins with a dot, no fragment.
_EASY_TARGET = re.compile(
    r"(?P<path>(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+)(?:\?(?P<query>[A-Za-z0-9._~!$&'()*+,;=:@%/?\[\]-]*))?"
)
# What may stand in an address that is sent; the rest is written percent-encoded.
_PLAIN_QUERY = re.compile(r"[\x21\x23-\x5b\x5d\x5f\x61-\x7a\x7c\x7e]*")
_SPACE = re.compile(r"\s")
_HIDDEN_PATH = re.compile(r"(?i)%(?:2e|2f|5c|00|25)")
_EASY_LENGTH = 2000
_SHOWN_ERRORS = 20
_VALUE_SHOWN = 40
_TOLD_AT_MOST = 160
_MOST_SORTED = 200
_FORMATS = jsonschema.FormatChecker(("date", "email", "uuid"))


@dataclass(frozen=True, slots=True)
class ActionInputs:
    """What the caller gives to an action, by the place that it belongs to."""

    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def probe_requests(
    *, connector: Connector, method: AuthMethod, environment: Environment, depth: Depth
) -> tuple[ProbeStep, ...]:
    """Return the steps of a probe of this depth; those with ``instead_of`` only run where that step failed."""
    return tuple(
        step
        for step in connector.probe
        if depth in step.depths and method.key in step.methods and step.call.role in environment.origins
    )


def probe_request(*, connector: Connector, step: ProbeStep, environment: Environment) -> Request:
    """Return the request of one step of the probe, still without a credential."""
    return replace(_request(connector, step.call, environment, ActionInputs(), None), reads=True)


def action_request(*, connector: Connector, action: Action, environment: Environment, inputs: ActionInputs) -> Request:
    """Return an action's request, still without a credential; raise UnprocessableError naming every wrong input."""
    given = ActionInputs(path=_present(inputs.path), query=_present(inputs.query), body=inputs.body or None)
    _check(action, given)
    call, given = _widened(action, given)
    request = _request(connector, call, environment, given, action.paging)
    _affordable(connector, action, request)
    return replace(request, reads=action.effect == "read")


def takes_null(schema: Mapping[str, Any]) -> bool:
    """Tell whether null is a value of this input of an action; where nothing is said of it, everything is."""
    told = schema.get("type", ())
    kinds = (told,) if isinstance(told, str) else told
    return "null" in kinds or None in schema.get("enum", ()) or not {"type", "enum", "const"} & schema.keys()


def predicted_credits(*, connector: Connector, request: Request) -> int:
    """Return the credits that a GraphQL request is going to cost, 0 where the provider counts requests alone.

    Raise UnprocessableError where the body is no document that can be read.
    """
    if connector.credits is None:
        return 0
    try:
        sent = json.loads(request.body if isinstance(request.body, bytes) else b"")
        return predicted(
            credits=connector.credits,
            document=sent["query"],
            variables=sent.get("variables") or {},
            operation=sent.get("operationName"),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, GraphQLError):
        raise UnprocessableError(
            "The body is not one GraphQL document in JSON.",
            remedy='Send {"query": "...", "variables": {...}} as JSON, or use an action.',
            code="effect_unclear",
        ) from None


def proxy_request(
    *,
    connector: Connector,
    environment: Environment,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes | None,
    seconds: float,
    coding: str | None,
    reads: bool,
) -> Request:
    """Return a request of the caller's own, still without a credential; ``path`` and ``query`` are those of its target.

    ``reads`` says that it changes nothing; ``seconds`` is how long the provider may take, ``coding`` what its answer
    may come in, None for the usual. Raise InvalidRequestError for a method that is not passed on and for a header that
    is none.
    """
    if method.upper() not in PROXY_METHODS:
        raise InvalidRequestError(
            f"The method {method[:20]} is not passed on.", remedy="Use one of: " + ", ".join(PROXY_METHODS) + "."
        )
    passed: dict[str, str | Secret] = {
        name: value for name, value in connector.headers.items() if not _has(headers, name.lower())
    }
    one_hop = _own_headers(headers)
    passed.update({name: value for name, value in headers.items() if _passes(name, value, one_hop)})
    if body is not None and not _has(headers, "content-type"):
        passed["Content-Type"] = "application/json"
    if coding is not None:
        passed["Accept-Encoding"] = coding
    address = f"{environment.origins['api']}{path}" + (f"?{query}" if query else "")
    return Request(method=method.upper(), url=address, headers=passed, body=body, timeout=seconds, reads=reads)


def split_target(*, environment: Environment, target: str) -> tuple[str, str]:
    """Return path and query of a proxy target: a path with its query, or an address of the environment's API.

    Raise InvalidRequestError where it leads elsewhere, or where a server might read it in another way than Crossdock.
    """
    easy = _EASY_TARGET.fullmatch(target) if len(target) <= _EASY_LENGTH else None
    if easy is not None:
        return easy["path"], easy["query"] or ""
    try:
        parts = urlsplit(target)
    except ValueError:
        parts = None
    if parts is None or not target.isascii() or not _PLAIN_QUERY.fullmatch(parts.query) or _SPACE.search(target):
        raise InvalidRequestError(
            "The address cannot be read.", remedy="Write it in plain characters, percent-encoded."
        )
    if parts.scheme or parts.netloc:
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if origin not in {environment.origins["api"], environment.provider_origins["api"]}:
            raise InvalidRequestError(
                "The address is not one of this account's API.",
                remedy=f"Give the path alone, or an address below {environment.origins['api']}.",
            )
    segments = parts.path.split("/")
    plain = _PLAIN_PATH.fullmatch(parts.path) and not _HIDDEN_PATH.search(parts.path)
    if not plain or ".." in segments or "." in segments or parts.path.startswith("//") or parts.fragment:
        raise InvalidRequestError(
            "The path could be read in two ways.", remedy="Write it without dot segments, doubled or encoded slashes."
        )
    return parts.path, parts.query


def authorise(request: Request, *, method: AuthMethod, credential: Mapping[str, Secret]) -> Request:
    """Return the request with the credential's header."""
    headers = {**request.headers, **credential_headers(method=method, credential=credential)}
    return Request(request.method, request.url, headers, request.body, request.timeout, request.reads)


def _check(action: Action, given: ActionInputs) -> None:
    value = {
        name: part
        for name, part in (("path", given.path), ("query", given.query), ("body", given.body))
        if part or name in action.inputs["required"]
    }
    value = {name: {} if part is None else part for name, part in value.items()}
    found = jsonschema.Draft202012Validator(action.inputs, format_checker=_FORMATS).iter_errors(value)
    # Megabytes of wrong inputs would be looked through to their end, for the first few to be told.
    errors = sorted(islice(found, _MOST_SORTED), key=lambda error: error.json_path)
    if errors:
        lines = [line for error in errors[:_SHOWN_ERRORS] for line in _told(error)]
        told = [line for place, line in enumerate(lines) if line not in lines[:place]]
        raise _not_valid(action, told)


def _not_valid(action: Action, told: list[dict[str, str]]) -> UnprocessableError:
    return UnprocessableError(
        f"The inputs of {action.name} are not valid: "
        + "; ".join(f"{one['field']}: {one['message']}" for one in told[:3]),
        remedy="Correct the named fields. The action's schema lists what each takes.",
        detail={"errors": told},
    )


def _widened(action: Action, given: ActionInputs) -> tuple[Call, ActionInputs]:
    """Put the fields that the caller asks for into the document, and take them out of the inputs."""
    call, fields = action.call, given.query.get("fields")
    if call.document is None or call.schema is None or fields is None:
        return call, given
    try:
        document = selection.widen(folder=call.schema, document=call.document, result=action.result, fields=fields)
    except selection.SelectionError as error:
        raise _not_valid(action, [{"field": "query.fields", "message": str(error)}]) from None
    query = {name: value for name, value in given.query.items() if name != "fields"}
    return replace(call, document=document), replace(given, query=query)


def _affordable(connector: Connector, action: Action, request: Request) -> None:
    """Refuse what costs more than an account can ever have."""
    cost = predicted_credits(connector=connector, request=request) if action.call.document else 0
    if connector.credits is None or cost <= connector.credits.bucket:
        return
    message = f"this would cost {cost} credits, and an account has at most {connector.credits.bucket}"
    fields = [name for name in ("page_size", "fields") if name in action.inputs["properties"]["query"]["properties"]]
    raise _not_valid(action, [{"field": f"query.{name}", "message": message} for name in fields])


def _told(error: jsonschema.ValidationError) -> Iterator[dict[str, str]]:
    """Say what is wrong with a field, never quoting more of its value than a short beginning."""
    path = ".".join(str(step) for step in error.absolute_path)
    if error.validator == "required" and isinstance(error.instance, dict):
        missing = [name for name in _list(error.validator_value) if name not in error.instance]
        yield from ({"field": f"{path}.{name}".lstrip("."), "message": "is missing"} for name in missing[:5])
    elif error.validator == "additionalProperties" and isinstance(error.schema, dict):
        extra = sorted(set(_list(error.instance)) - set(error.schema.get("properties", {})))
        yield from ({"field": f"{path}.{name}".lstrip("."), "message": "is not an input"} for name in extra[:5])
    elif error.validator == "anyOf":
        names = " or ".join(one["required"][0] for one in _list(error.validator_value) if "required" in one)
        yield {"field": path, "message": f"needs {names}"}
    else:
        yield {"field": path, "message": _short(error)}


def _short(error: jsonschema.ValidationError) -> str:
    """Return what is wrong, with the beginning alone of a long value that it begins with."""
    value = repr(error.instance)
    if len(value) > _VALUE_SHOWN and error.message.startswith(value):
        return f"{value[:_VALUE_SHOWN]}…{error.message[len(value) :]}"[:_TOLD_AT_MOST]
    return error.message[:_TOLD_AT_MOST]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | dict) else []


def _request(
    connector: Connector, call: Call, environment: Environment, given: ActionInputs, paging: Paging | None
) -> Request:
    query = _paged(given.query, paging)
    headers: dict[str, str | Secret] = dict(connector.headers)
    kind = "application/json"
    if call.document is not None:
        body: bytes | None = _graphql(call, given, query)
        pairs: list[tuple[str, str]] = []
    else:
        sent = given.body if call.method not in {"GET", "HEAD", "DELETE"} else None
        if sent and call.encoding == "multipart":
            body, kind = multipart.form(sent)
        else:
            body = _json(sent) if sent else None
        pairs = [*call.fixed.items(), *_pairs(call, query)]
    if body is not None:
        headers["Content-Type"] = kind
    path = re.sub(r"\{([a-z_]+)\}", lambda found: quote(str(given.path[found[1]]), safe=""), call.path)
    address = f"{environment.origins[call.role]}{path}" + (f"?{urlencode(pairs)}" if pairs else "")
    return Request(method=call.method, url=address, headers=headers, body=body)


def _paged(query: Mapping[str, Any], paging: Paging | None) -> dict[str, Any]:
    """Put the provider's own names in place of ``page_size`` and ``next``."""
    if paging is None:
        return dict(query)
    own = {name: value for name, value in query.items() if name not in {"page_size", "next"}}
    own[paging.size] = query.get("page_size", paging.default)
    position = query.get("next")
    if position and paging.style == "page" and not str(position).isdigit():
        raise UnprocessableError(
            "`next` is not a cursor of this action.", remedy="Give the `next` of the page before, or leave it out."
        )
    return {**own, paging.position: position} if position else own


def _graphql(call: Call, given: ActionInputs, query: Mapping[str, Any]) -> bytes:
    body = given.body or {}
    variables = {**given.path, **query, **({call.body_as: body} if call.body_as else body)}
    return _json({"query": call.document, "variables": variables})


def _pairs(call: Call, query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        for one in value if isinstance(value, list) else [value]:
            yield call.query.get(name, name), str(one).lower() if isinstance(one, bool) else str(one)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not there: an absent value is not sent."""
    return {name: value for name, value in values.items() if value is not None}


def _has(headers: Mapping[str, str], name: str) -> bool:
    return any(given.lower() == name for given in headers)


def _own_headers(headers: Mapping[str, str]) -> frozenset[str]:
    """Return the names that stay here, those included that `Connection` names (RFC 9110, 7.6.1)."""
    named = headers.get("connection", "")
    return _OWN_HEADERS.union(part.strip().lower() for part in named.split(",")) if named else _OWN_HEADERS


def _passes(name: str, value: str, one_hop: frozenset[str]) -> bool:
    """Tell whether a header goes on to the provider; raise InvalidRequestError where it is not a header at all."""
    if not _HEADER_NAME.fullmatch(name) or _CONTROL.search(value):
        raise InvalidRequestError(
            f"The header {name[:40]!r} is not valid.", remedy="Send plain header names and values."
        )
    # CGI, WSGI and Rack name both signs alike.
    return name.lower().replace("_", "-") not in one_hop
