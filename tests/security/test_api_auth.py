"""Who may ask the API what: keys, scopes, sessions, origins and budgets, and how a refusal looks."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from io import BytesIO
from types import MappingProxyType
from typing import Any, Literal

import pytest
import pytest_asyncio

from crossdock.api.ratelimit import RateLimit
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ConflictError, RateLimitedError
from crossdock.kernel.secret import Secret
from crossdock.linking.session import SessionRequest
from crossdock.projects import keys
from crossdock.projects.model import Principal
from crossdock.projects.policy import SCOPES
from house import Answer, Live
from twins import EasyshipTwin

_SESSION = "x-hub-session-token"
_OWNER = {"origin_owner_id": "a", "origin_owner_name": "A"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


async def ask(
    live: Live,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    **more: str,
) -> Answer:
    """Ask with these headers and no others."""
    sent = {**(headers or {}), **{name.replace("_", "-"): value for name, value in more.items()}}
    if body is not None:
        sent.setdefault("content-type", "application/json")
    async with live.client.request(
        method, live.url + path, data=BytesIO(body) if body else None, headers=sent, allow_redirects=False
    ) as reply:
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, await reply.read())


@pytest.mark.parametrize("form", ["{key}:", "{key}", "{key}:anything"])
async def test_a_key_comes_by_basic(shared_live: Live, form: str) -> None:
    """The key is the user name of HTTP Basic; a missing colon or a password changes nothing."""
    text = form.format(key=shared_live.tenant.key.reveal())

    answer = await ask(shared_live, "GET", "/accounts", authorization=basic(text))

    assert answer.status == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_key_comes_as_a_bearer(shared_live: Live, scheme: str) -> None:
    """The key as a bearer token is the same, and the scheme's case does not matter."""
    answer = await ask(shared_live, "GET", "/accounts", authorization=f"{scheme} {shared_live.tenant.key.reveal()}")

    assert answer.status == 200


WRONG: Mapping[str, Callable[[str], dict[str, str]]] = MappingProxyType(
    {
        "missing": lambda _: {},
        "empty": lambda _: {"authorization": ""},
        "scheme alone": lambda _: {"authorization": "Basic"},
        "bearer of nothing": lambda _: {"authorization": "Bearer "},
        "other scheme": lambda key: {"authorization": f"Digest {key}"},
        "no scheme": lambda key: {"authorization": key},
        "not base64": lambda key: {"authorization": f"Basic {key}"},
        "not text": lambda _: {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:").decode()},
        "as password": lambda key: {"authorization": basic(f":{key}")},
        "unknown": lambda _: {"authorization": basic(keys.mint(lambda size: b"x" * size).reveal() + ":")},
        "checksum": lambda key: {"authorization": basic(key[:-1] + ("A" if key[-1] != "A" else "B") + ":")},
        "cut": lambda key: {"authorization": basic(key[:-1] + ":")},
        "longer": lambda key: {"authorization": basic(key + "A:")},
        "another region": lambda key: {"authorization": basic(key.replace("local", "other") + ":")},
        "blank inside": lambda key: {"authorization": basic(key[:20] + " " + key[20:] + ":")},
        "in a header of its own": lambda key: {"x-api-key": key},
        "as a session": lambda key: {"x-hub-session-token": key},
    }
)


@pytest.mark.parametrize("name", list(WRONG))
async def test_a_wrong_key_is_refused(shared_live: Live, name: str) -> None:
    """Whatever is wrong with a key, the answer is 401 with the way to do it right."""
    answer = await ask(shared_live, "GET", "/accounts", headers=WRONG[name](shared_live.tenant.key.reveal()))

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["remedy"]


async def test_a_key_in_the_address_is_none(shared_live: Live) -> None:
    """A key in the query is not looked at: addresses end up in logs."""
    key = shared_live.tenant.key.reveal()

    answer = await ask(shared_live, "GET", f"/accounts?api_key={key}&key={key}&access_token={key}")

    assert answer.status == 401


async def test_a_revoked_key_ends_at_once(shared_live: Live) -> None:
    """A key that worked a moment ago is refused as soon as it is revoked."""
    projects, project_id = shared_live.house.projects, shared_live.tenant.project.id
    made, text = await projects.create_key(project_id=project_id, actor="system:cli", name="x", scopes=["admin"])
    before = await shared_live.call("GET", "/accounts", key=text)

    await projects.revoke_key(project_id=project_id, key_id=made.id, actor="system:cli")
    after = await shared_live.call("GET", "/accounts", key=text)

    assert (before.status, after.status) == (200, 401)


OPERATIONS: Mapping[str, tuple[str, str, Any, frozenset[str]]] = MappingProxyType(
    {
        "open a session": ("POST", "/connect_sessions", _OWNER, frozenset({"connect_sessions:write"})),
        "know a session": (
            *("POST", "/connect_sessions/authenticate", {"token": "cs_none"}),
            frozenset({"connect_sessions:write"}),
        ),
        "list accounts": ("GET", "/accounts", None, frozenset({"accounts:read"})),
        "read an account": ("GET", "/accounts/acc_none", None, frozenset({"accounts:read"})),
        "read its connector": ("GET", "/accounts/acc_none/meta", None, frozenset({"accounts:read"})),
        "change an account": ("PATCH", "/accounts/acc_none", {"label": "x"}, frozenset({"accounts:write"})),
        "delete an account": ("DELETE", "/accounts/acc_none", None, frozenset({"accounts:write"})),
        "list connectors": ("GET", "/connectors/meta", None, frozenset({"accounts:read"})),
        "read a connector": ("GET", "/connectors/meta/easyship", None, frozenset({"accounts:read"})),
        "run a reading action": (
            *("POST", "/actions/rpc", {"action": "easyship_list_shipments"}),
            frozenset({"actions:read"}),
        ),
        "run a writing action": (
            *("POST", "/actions/rpc", {"action": "easyship_cancel_shipment"}),
            frozenset({"actions:write"}),
        ),
        "use the proxy": ("POST", "/unified/proxy", {"path": "/x"}, frozenset({"proxy"})),
        "read the figures": ("GET", "/metrics", None, frozenset({"logs:read"})),
    }
)
"""Each operation of the API with the scopes of which any one is enough; `admin` always is."""


@pytest_asyncio.fixture(scope="module")
async def scoped(shared_live: Live) -> AsyncIterator[dict[str, Secret]]:
    """Make a key of each single scope."""
    made = {}
    for scope in SCOPES:
        _, made[scope] = await shared_live.house.projects.create_key(
            project_id=shared_live.tenant.project.id, actor="system:cli", name=scope, scopes=[scope]
        )
    yield made


@pytest.mark.parametrize("name", list(OPERATIONS))
async def test_each_operation_needs_its_scope(shared_live: Live, scoped: dict[str, Secret], name: str) -> None:
    """With a key of one scope exactly the operations of the table are open; the refusal names what is missing."""
    method, path, data, enough = OPERATIONS[name]

    answers = {
        scope: await shared_live.call(method, path, data=data, key=key, headers={"x-account-id": "acc_none"})
        for scope, key in scoped.items()
    }

    opened = {scope for scope, answer in answers.items() if answer.status != 403}
    assert opened == {*enough, "admin"}
    for scope in SCOPES.keys() - opened:
        assert answers[scope].json()["code"] == "missing_scope"
        assert answers[scope].json()["scope"] in enough | {"actions:read"}


async def test_a_forged_scope_is_worth_nothing(shared_live: Live) -> None:
    """No header adds to what a key may do."""
    _, key = await shared_live.house.projects.create_key(
        project_id=shared_live.tenant.project.id, actor="system:cli", name="x", scopes=["logs:read"]
    )
    forged = {"x-scopes": "admin", "x-project-id": shared_live.tenant.project.id, "x-forwarded-user": "owner"}

    answer = await shared_live.call("GET", "/accounts", key=key, headers=forged)

    assert answer.status == 403


@pytest.mark.parametrize(
    ("headers", "inner", "code"),
    [
        ({}, {}, "account_missing"),
        ({"x-account-id": ""}, {}, "account_missing"),
        ({"x-account-id": "acc_a"}, {"x-account-id": "acc_b"}, "account_mismatch"),
        ({"x-account-id": "acc_a"}, {"X-Account-ID": "acc_b"}, "account_mismatch"),
        ({"x-account-id": "acc_a"}, {"x-account-id": "acc_a"}, "not_found"),
        ({}, {"X-Account-Id": "acc_a"}, "not_found"),
        ({"x-account-id": "acc_a"}, {"x-account-id": None}, "not_found"),
    ],
)
async def test_one_account_is_named(
    shared_live: Live, headers: dict[str, str], inner: dict[str, str | None], code: str
) -> None:
    """Header and body may both name the account, but not two different ones, and not none."""
    data = {"action": "easyship_list_shipments", "headers": inner}

    answer = await shared_live.call("POST", "/actions/rpc", data=data, headers=headers)

    assert answer.json()["code"] == code


@pytest.mark.parametrize("token", [None, "", "cs_unknown", "v1.local.something", "\u00e9"])
async def test_the_hub_knows_its_sessions(shared_live: Live, token: str | None) -> None:
    """A hub endpoint without a session, or with an unknown one, answers 401 with `statusCode` and no sign-in box."""
    answer = await ask(shared_live, "GET", "/hub/settings", headers={} if token is None else {_SESSION: token})

    assert answer.status == 401
    assert answer.json()["statusCode"] == 401
    assert "www-authenticate" not in answer.headers


async def test_a_session_ends_in_time(shared_live: Live) -> None:
    """A session whose time is over is told apart from an unknown one, and an API key does not bring it back."""
    clock = shared_live.house.clock
    assert isinstance(clock, OffsetClock)
    opened = (await shared_live.call("POST", "/connect_sessions", data={**_OWNER, "expires_in": 60})).json()
    open_before = await shared_live.hub("GET", "/hub/settings", token=opened["token"])

    clock.offset += timedelta(seconds=61)
    over = await shared_live.hub("GET", "/hub/settings", token=opened["token"])
    known = await shared_live.call("POST", "/connect_sessions/authenticate", data={"token": opened["token"]})
    clock.offset -= timedelta(seconds=61)

    assert open_before.status == 200
    assert (over.status, over.json()["code"]) == (401, "session_expired")
    assert (known.status, known.json()["code"]) == (401, "session_expired")


async def _hosted(live: Live, *, multiple: Literal["one", "several"]) -> str:
    """Open a session whose link is sent to somebody; gives its token."""
    request = SessionRequest(
        origin_owner_id=f"hosted-{multiple}", origin_owner_name="Hosted", multiple=multiple, channel="hosted"
    )
    created = await live.house.sessions.create(principal=live.tenant.principal, request=request)
    return created.token.reveal()


async def _link(live: Live, token: str, secret: str) -> Answer:
    offers = (await live.hub("GET", "/hub/connectors?provider=easyship", token=token)).json()["integrations"]
    typed = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": secret}}
    return await live.hub("POST", "/hub/accounts", token=token, data=typed)


async def test_a_used_link_links_nothing_more(shared_live: Live, easyship_twin_process: EasyshipTwin) -> None:
    """A link that was sent to somebody links one account, unless it was made for several."""
    secrets = [easyship_twin_process.integration(name)["production_token"] for name in ("One", "Two")]
    once, often = await _hosted(shared_live, multiple="one"), await _hosted(shared_live, multiple="several")

    answers = [await _link(shared_live, token, secret) for token in (once, often) for secret in secrets]

    assert [answer.status for answer in answers] == [200, 409, 200, 200]
    assert answers[1].json()["code"] == "link_used"


async def test_a_receipt_links_nothing_when_the_time_is_over(
    shared_live: Live, easyship_twin_process: EasyshipTwin
) -> None:
    """The pages of a session that has linked stay open after its time, but nothing more is linked from them."""
    clock, secret = shared_live.house.clock, easyship_twin_process.integration("Late")["production_token"]
    assert isinstance(clock, OffsetClock)
    token = (await shared_live.call("POST", "/connect_sessions", data=_OWNER)).json()["token"]
    linked = await _link(shared_live, token, secret)
    session = await shared_live.house.sessions.authenticate(token=token)

    clock.offset += timedelta(hours=1)
    with pytest.raises(ConflictError, match="used"):
        await shared_live.house.linking.submit(
            session=session,
            integration_id="int_any",
            fields={"api_token": secret},
            effects=frozenset({"read"}),
            test="wait",
        )
    clock.offset -= timedelta(hours=1)

    assert linked.status == 200


HUB_HEADERS = "content-type, x-hub-session-token, x-hub-version"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_the_hub_component_may_call_from_any_page(shared_live: Live, method: str) -> None:
    """The preflight of the embedded component passes, with every header that it sends, and without cookies."""
    answer = await ask(
        shared_live,
        "OPTIONS",
        "/hub/accounts/acc_a",
        origin="https://shop.example.com",
        access_control_request_method=method,
        access_control_request_headers=HUB_HEADERS,
    )

    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method in answer.headers["access-control-allow-methods"]
    assert set(HUB_HEADERS.split(", ")) <= allowed
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "header"), [("PUT", "content-type"), ("GET", "authorization"), ("GET", "x-account-id")]
)
async def test_the_hub_component_may_do_nothing_else(shared_live: Live, method: str, header: str) -> None:
    """A method or header that the component does not use fails its preflight: no page can bring an API key along."""
    answer = await ask(
        shared_live,
        "OPTIONS",
        "/hub/settings",
        origin="https://shop.example.com",
        access_control_request_method=method,
        access_control_request_headers=header,
    )

    assert answer.status == 400


async def test_refusals_of_the_hub_can_be_read_by_pages(shared_live: Live) -> None:
    """An error of a hub endpoint carries the header, or the component could not show it."""
    answer = await ask(shared_live, "GET", "/hub/settings", origin="https://shop.example.com")

    assert answer.status == 401
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/accounts", "/connect_sessions", "/actions/rpc", "/unified/proxy", "/openapi.json", "/hubris", "/metrics"]
)
async def test_pages_may_not_call_the_rest(shared_live: Live, path: str) -> None:
    """Outside `/hub/` no answer and no preflight lets another origin's page read anything."""
    preflight = await ask(
        shared_live, "OPTIONS", path, origin="https://shop.example.com", access_control_request_method="POST"
    )
    plain = await shared_live.call("GET", path, headers={"origin": "https://shop.example.com"})

    for answer in (preflight, plain):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_budget_of_calls_ends_with_retry_after(database: Database, clock: OffsetClock) -> None:
    """Two replicas together let through what one minute allows; the next minute begins a new budget."""
    replicas = [RateLimit(db=database, clock=clock, per_minute=60) for _ in range(2)]
    async with database.connection() as conn:
        await conn.execute("insert into projects (id, name, created_at) values ('prj_1', 'One', now())")
    caller = Principal(project_id="prj_1", actor="key:one", scopes=frozenset({"admin"}))
    other = Principal(project_id="prj_1", actor="key:two", scopes=frozenset({"admin"}))
    clock.offset += timedelta(seconds=60 - clock.now().timestamp() % 60)

    results = await asyncio.gather(
        *(replicas[number % 2].spend(principal=caller) for number in range(100)), return_exceptions=True
    )
    await replicas[0].spend(principal=other)
    clock.offset += timedelta(seconds=60)
    await replicas[0].spend(principal=caller)

    refused = [error for error in results if isinstance(error, RateLimitedError)]
    assert len(refused) == 40
    assert all(0 < error.retry_after <= 60 for error in refused)


_LOOSE = re.compile(
    r"asyncpg|Traceback|File \"|select |insert into|postgres|127\.0\.0\.1:\d+/_twin|\bat 0x", re.IGNORECASE
)
_BIG = b'{"origin_owner_id": "' + b"a" * (5 * 1024 * 1024) + b'"}'
_DEEP = b'{"metadata": ' + b'{"a":' * 400 + b"1" + b"}" * 400 + b', "origin_owner_id": "a", "origin_owner_name": "A"}'
_BOMB = b"[" * 200_000


def _session_body(text: str) -> bytes:
    return f'{{"origin_owner_id": "a", "origin_owner_name": "A", {text}}}'.encode()


FAILURES: Mapping[str, tuple[str, str, bytes | None, int]] = MappingProxyType(
    {
        "unknown address": ("GET", "/nowhere", None, 404),
        "unknown below": ("GET", "/accounts/acc_a/nowhere", None, 404),
        "closing slash": ("GET", "/accounts/", None, 404),
        "double slash": ("GET", "//accounts", None, 404),
        "wrong method": ("PUT", "/accounts", None, 405),
        "wrong method below": ("POST", "/accounts/acc_a", b"{}", 405),
        "no body": ("POST", "/connect_sessions", None, 400),
        "no JSON": ("POST", "/connect_sessions", b"{", 400),
        "no object": ("POST", "/connect_sessions", b"[]", 400),
        "a text": ("POST", "/connect_sessions", b'"a"', 400),
        "null": ("POST", "/connect_sessions", b"null", 400),
        "no UTF-8": ("POST", "/connect_sessions", b'{"origin_owner_id": "\xff"}', 400),
        "a bomb": ("POST", "/connect_sessions", _BOMB, 400),
        "too deep": ("POST", "/connect_sessions", _DEEP, 400),
        "too large": ("POST", "/connect_sessions", _BIG, 413),
        "a member is missing": ("POST", "/connect_sessions", b'{"origin_owner_id": "a"}', 400),
        "an empty owner": ("POST", "/connect_sessions", b'{"origin_owner_id": "", "origin_owner_name": "A"}', 400),
        "a long owner": ("POST", "/connect_sessions", _session_body(f'"origin_username": "{"a" * 300}"'), 400),
        "NUL": ("POST", "/connect_sessions", _session_body('"label": "a\\u0000b"'), 400),
        "half a pair": ("POST", "/connect_sessions", _session_body('"label": "\\ud800"'), 400),
        "NUL in metadata": ("POST", "/connect_sessions", _session_body('"metadata": {"a": "\\u0000"}'), 400),
        "NaN": ("POST", "/connect_sessions", _session_body('"metadata": {"a": NaN}'), 400),
        "a closed word": ("POST", "/connect_sessions", _session_body('"categories": ["shipping"]'), 400),
        "no such provider": ("POST", "/connect_sessions", _session_body('"provider": "nobody"'), 404),
        "no such integration": ("POST", "/connect_sessions", _session_body('"integration_id": "int_none"'), 404),
        "no such account": ("POST", "/connect_sessions", _session_body('"account_id": "acc_none"'), 404),
        "too long a life": ("POST", "/connect_sessions", _session_body('"expires_in": 99999999'), 400),
        "no life": ("POST", "/connect_sessions", _session_body('"expires_in": -1'), 400),
        "a wrong effect": ("POST", "/connect_sessions", _session_body('"effects": ["everything"]'), 400),
        "a wrong origin": ("POST", "/connect_sessions", _session_body('"allowed_origins": ["*"]'), 422),
        "a wrong way back": ("POST", "/connect_sessions", _session_body('"return_url": "javascript:alert(1)"'), 400),
        "no token": ("POST", "/connect_sessions/authenticate", b"{}", 400),
        "an unknown token": ("POST", "/connect_sessions/authenticate", b'{"token": "cs_x"}', 401),
        "page zero": ("GET", "/accounts?page=0", None, 400),
        "page of words": ("GET", "/accounts?page=two", None, 400),
        "a page too large": ("GET", "/accounts?page_size=101", None, 400),
        "a page far away": ("GET", "/accounts?page=99999999999999999999", None, 400),
        "NUL in the query": ("GET", "/accounts?origin_owner_id=%00", None, 400),
        "NUL in the path": ("GET", "/accounts/%00", None, 400),
        "an unknown account": ("GET", "/accounts/acc_none", None, 404),
        "an odd account": ("GET", "/accounts/..%2F..%2Fetc%2Fpasswd", None, 404),
        "quotes": ("GET", "/accounts/'%20or%201=1--", None, 404),
        "a patch of words": ("PATCH", "/accounts/acc_none", b'"x"', 400),
        "a patch of secrets": ("PATCH", "/accounts/acc_none", b'{"credentials": {"token": "x"}}', 422),
        "an odd type": ("PATCH", "/accounts/acc_none", b'{"type": "staging"}', 422),
        "an unknown profile": ("GET", "/auth_configs/int_none", None, 404),
        "a profile of no connector": ("POST", "/auth_configs", b"{}", 400),
        "an unknown run": ("POST", "/actions/rpc/synced", b'{"action": "easyship_list_shipments"}', 404),
        "an unknown connector": ("GET", "/connectors/meta/nobody", None, 404),
        "an unknown action": ("POST", "/actions/rpc", b'{"action": "easyship_fly"}', 404),
        "an action of nobody": ("POST", "/actions/rpc", b'{"action": "nobody_list"}', 404),
        "an action without a name": ("POST", "/actions/rpc", b"{}", 400),
        "an action with a list": ("POST", "/actions/rpc", b'{"action": "easyship_list_shipments", "query": []}', 400),
        "an action for nobody": ("POST", "/actions/rpc", b'{"action": "easyship_list_shipments"}', 404),
        "a proxy call to nowhere": ("POST", "/unified/proxy", b"{}", 400),
        "a proxy call for nobody": ("POST", "/unified/proxy", b'{"path": "/x"}', 404),
        "an unknown attempt": ("GET", "/hub/connection_attempts/att_none", None, 401),
        "hub without session": ("POST", "/hub/accounts", b"{}", 401),
        "hub nowhere": ("GET", "/hub/nowhere", None, 404),
        "HEAD": ("HEAD", "/accounts", None, 405),
        "TRACE": ("TRACE", "/accounts", None, 405),
    }
)


@pytest.mark.parametrize("name", list(FAILURES))
async def test_every_failure_says_what_to_do(shared_live: Live, name: str) -> None:
    """A failure is JSON with status, code and remedy; it tells nothing of the inside, and its page exists."""
    method, path, body, status = FAILURES[name]
    headers = {"authorization": basic(shared_live.tenant.key.reveal() + ":"), "x-account-id": "acc_none"}

    answer = await ask(shared_live, method, path, body=body, headers=headers)

    assert answer.status == status, answer.text()[:300]
    assert answer.headers["content-type"] == "application/json"
    if method == "HEAD":
        return
    told = answer.json()
    assert {"statusCode", "message", "timestamp", "type", "title", "status", "detail", "code", "remedy"} <= set(told)
    assert told["statusCode"] == told["status"] == status
    assert told["remedy"].endswith((".", "dashboard", "/docs", "days)."))
    assert not _LOOSE.search(answer.text())
    assert len(answer.body) < 2000
    page = await ask(shared_live, "GET", told["type"].removeprefix(shared_live.url))
    assert page.status == 200, told["type"]


def test_there_are_enough_failures() -> None:
    """Sixty ways to fail are tried."""
    assert len(FAILURES) >= 60


async def test_a_problem_is_served_to_who_asks_for_one(shared_live: Live) -> None:
    """Whoever accepts RFC 9457's type gets the same body under it."""
    answer = await ask(shared_live, "GET", "/accounts", accept="application/problem+json")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401
