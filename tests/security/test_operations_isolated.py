"""Every operation of the API, asked by one project for what belongs to another: nothing is seen, nothing changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from crossdock.accounts.model import AccountChange
from crossdock.api import app as api
from house import Answer, Live, Tenant, new_tenant
from twins import EasyshipTwin

MARK = "Mine-4711"
_LIST_SHIPMENTS = {"action": "easyship_list_shipments"}
_OWNER = {"origin_owner_id": f"{MARK}-id", "origin_owner_name": f"{MARK} name", "metadata": {"note": MARK}}
_TABLES = """
    select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'project_id'
        and table_name not in ('api_keys', 'rate_windows') order by table_name
"""


@dataclass(frozen=True, slots=True)
class World:
    """Two projects in one house: what belongs to the first, and the keys and tokens of the second."""

    live: Live
    foreign: Tenant
    account: str
    integration: str
    session_token: str
    attempt: str
    call: str
    webhook: str
    delivery: str
    foreign_account: str
    foreign_token: str
    run: str
    """Of synced rows."""
    sibling_token: str
    """A session of the first project, opened for another owner."""

    @property
    def project(self) -> str:
        return self.live.tenant.project.id

    async def api(self, method: str, path: str, data: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.live.call(method, path, data=data, key=self.foreign.key, headers=sent)

    async def hub(self, method: str, path: str, data: Any = None) -> Answer:
        return await self.live.hub(method, path, token=self.foreign_token, data=data)

    async def sibling(self, method: str, path: str, data: Any = None) -> Answer:
        return await self.live.hub(method, path, token=self.sibling_token, data=data)

    async def rows(self) -> dict[str, list[str]]:
        """Return every row of the first project, of every table, as text."""
        async with self.live.house.db.connection() as conn:
            tables = [row["table_name"] for row in await conn.fetch(_TABLES)]
            return {
                table: [
                    row["row"]
                    for row in await conn.fetch(
                        f'select t::text as row from "{table}" as t where project_id = $1 order by 1',
                        self.live.tenant.project.id,
                    )
                ]
                for table in tables
            }


async def _linked(live: Live, tenant: Tenant, token: str, **members: Any) -> tuple[str, str, str]:
    """Link for a tenant; return account, integration and the token of a fresh session."""
    body = {"origin_owner_id": "theirs", "origin_owner_name": "Theirs", "provider": "easyship", **members}
    opened = (await live.call("POST", "/connect_sessions", data=body, key=tenant.key)).json()
    offers = (await live.hub("GET", "/hub/connectors", token=opened["token"])).json()["integrations"]
    wanted = {"integration_id": offers[0]["integration_id"], "credentials": {"api_token": token}}
    linked = (await live.hub("POST", "/hub/accounts", token=opened["token"], data=wanted)).json()
    fresh = (await live.call("POST", "/connect_sessions", data=body, key=tenant.key)).json()
    return linked["id"], offers[0]["integration_id"], fresh["token"]


@pytest_asyncio.fixture(scope="module")
async def world(shared_live: Live, easyship_twin_process: EasyshipTwin) -> AsyncIterator[World]:
    live, foreign = shared_live, await new_tenant(shared_live.house, "Foreign Shop")
    mine, theirs = (easyship_twin_process.integration(name)["production_token"] for name in ("Mine", "Theirs"))
    account, integration, token = await _linked(live, live.tenant, mine, **_OWNER)
    foreign_account, _, foreign_token = await _linked(live, foreign, theirs)
    attempt = (await live.hub("POST", "/hub/connection_attempts", token=token, data={})).json()["id"]
    sibling = {"origin_owner_id": "sibling", "origin_owner_name": "Sibling"}
    sibling_token = (await live.call("POST", "/connect_sessions", data=sibling)).json()["token"]
    await live.call("POST", "/actions/rpc", data=_LIST_SHIPMENTS, headers={"x-account-id": account})
    may_write = AccountChange(effects=frozenset({"read", "write"}))
    await live.house.accounts.change(
        project_id=live.tenant.project.id, account_id=account, change=may_write, actor="key:k"
    )
    once = {"x-account-id": account, "idempotency-key": "mine"}
    await live.call("POST", "/proxy/2024-09/tags", data={"name": MARK}, headers=once)
    kept = await live.call("POST", "/actions/rpc?sync=true", data=_LIST_SHIPMENTS, headers={"x-account-id": account})
    # Written in the background, half a second later: afterwards nothing of the first project moves by itself.
    await live.house.calls.log.flush()
    hook = {"url": "https://hooks.example.com/mine", "events": ["account.updated"], "description": MARK}
    webhook = (await live.call("POST", "/webhooks", data=hook)).json()["id"]
    await live.call("PATCH", f"/accounts/{account}", data={"label": MARK})
    delivery = (await live.call("GET", f"/webhooks/{webhook}/deliveries")).json()["data"][0]["id"]
    await live.house.calls.log.flush()
    call = (await live.call("GET", f"/requests/logs?account_ids={account}")).json()["data"][0]["request_id"]
    await live.house.calls.log.flush()
    yield World(
        live,
        foreign,
        account,
        integration,
        token,
        attempt,
        call,
        webhook,
        delivery,
        foreign_account,
        foreign_token,
        kept.json()["datasync"]["run_id"],
        sibling_token,
    )


Call = Callable[[World], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Case:
    """One call for something of the other project, and the status that it gets."""

    name: str
    call: Call
    status: int = 404


def _owner(**members: Any) -> dict[str, Any]:
    return {"origin_owner_id": "x", "origin_owner_name": "X", **members}


def _typed(world: World) -> dict[str, Any]:
    return {"integration_id": world.integration, "credentials": {"api_token": "prod_" + "A" * 43 + "="}}


_WRITE = {"action": "easyship_cancel_shipment", "path": {"easyship_shipment_id": "ESUS1"}}
_HOOK = "https://hooks.example.com/taken"
_READ_THROUGH = {"method": "get", "path": "/2024-09/account"}


def _event(world: World) -> dict[str, Any]:
    return {"event": "account.updated", "record_id": world.account}


CASES: dict[str, list[Case]] = {
    "POST /connect_sessions": [
        Case("account", lambda w: w.api("POST", "/connect_sessions", _owner(account_id=w.account))),
        Case("integration", lambda w: w.api("POST", "/connect_sessions", _owner(integration_id=w.integration))),
        Case("profile", lambda w: w.api("POST", "/connect_sessions", _owner(connector_profile_id=w.integration))),
        Case("owner", lambda w: w.api("POST", "/connect_sessions", {**_OWNER, "provider": "easyship"}), 201),
    ],
    "POST /connect_sessions/authenticate": [
        Case("token", lambda w: w.api("POST", "/connect_sessions/authenticate", {"token": w.session_token})),
    ],
    "GET /accounts": [
        Case("all", lambda w: w.api("GET", "/accounts"), 200),
        Case("ids", lambda w: w.api("GET", f"/accounts?account_ids={w.account}"), 200),
        Case("owner", lambda w: w.api("GET", f"/accounts?origin_owner_id={MARK}-id"), 200),
        Case(
            "ids_and_own",
            lambda w: w.api("GET", f"/accounts?account_ids={w.account}&account_ids={w.foreign_account}"),
            200,
        ),
        Case("owners", lambda w: w.api("GET", f"/accounts?origin_owner_ids={MARK}-id&origin_owner_ids=theirs"), 200),
        Case("status", lambda w: w.api("GET", "/accounts?status=active&provider=easyship&page_size=100"), 200),
    ],
    "GET /accounts/{account_id}": [Case("account", lambda w: w.api("GET", f"/accounts/{w.account}"))],
    "GET /accounts/{account_id}/meta": [Case("account", lambda w: w.api("GET", f"/accounts/{w.account}/meta"))],
    "PATCH /accounts/{account_id}": [
        Case("label", lambda w: w.api("PATCH", f"/accounts/{w.account}", {"label": "taken"})),
        Case("owner", lambda w: w.api("PATCH", f"/accounts/{w.account}", {"origin_owner_id": "taken"})),
        Case("effects", lambda w: w.api("PATCH", f"/accounts/{w.account}", {"effects": ["destructive"]})),
        Case("metadata", lambda w: w.api("PATCH", f"/accounts/{w.account}", {"metadata": {"note": "taken"}})),
        Case("type", lambda w: w.api("PATCH", f"/accounts/{w.account}", {"type": "test"})),
        Case("nothing", lambda w: w.api("PATCH", f"/accounts/{w.account}", {})),
    ],
    "DELETE /accounts/{account_id}": [Case("account", lambda w: w.api("DELETE", f"/accounts/{w.account}"))],
    "GET /connectors/meta": [Case("all", lambda w: w.api("GET", "/connectors/meta"), 200)],
    "GET /connectors/meta/{provider}": [Case("one", lambda w: w.api("GET", "/connectors/meta/easyship"), 200)],
    "POST /actions/rpc": [
        Case("header", lambda w: w.api("POST", "/actions/rpc", _LIST_SHIPMENTS, x_account_id=w.account)),
        Case(
            "body",
            lambda w: w.api("POST", "/actions/rpc", {**_LIST_SHIPMENTS, "headers": {"x-account-id": w.account}}),
        ),
        Case("synced", lambda w: w.api("POST", "/actions/rpc?sync=true", _LIST_SHIPMENTS, x_account_id=w.account)),
        Case(
            "profile",
            lambda w: w.api(
                "POST", "/actions/rpc", _LIST_SHIPMENTS, x_account_id=w.account, x_connector_profile_id="int_none"
            ),
        ),
        Case(
            "both",
            lambda w: w.api(
                "POST",
                "/actions/rpc",
                {**_LIST_SHIPMENTS, "headers": {"X-Account-Id": w.account}},
                x_account_id=w.foreign_account,
            ),
            400,
        ),
        Case("write", lambda w: w.api("POST", "/actions/rpc", _WRITE, x_account_id=w.account)),
        Case("other", lambda w: w.api("POST", "/actions/rpc", {"action": "shiphero_get_me"}, x_account_id=w.account)),
    ],
    "GET /actions": [
        Case("all", lambda w: w.api("GET", "/actions"), 200),
        Case("account", lambda w: w.api("GET", f"/actions?filter[account_ids]={w.account}"), 200),
        Case("by_account", lambda w: w.api("GET", f"/actions?filter[account_ids]={w.account}&group_by=account"), 200),
        Case("by_integration", lambda w: w.api("GET", "/actions?group_by=integration&exclude=actions"), 200),
    ],
    "POST /actions/search": [
        Case("project", lambda w: w.api("POST", "/actions/search", {"query": "list", "project_id": w.project}), 200),
        Case("account", lambda w: w.api("POST", "/actions/search", {"query": "list"}, x_account_id=w.account)),
        Case(
            "profile",
            lambda w: w.api("POST", "/actions/search", {"query": "list"}, x_connector_profile_id=w.integration),
        ),
    ],
    "POST /actions/build": [
        Case("all", lambda w: w.api("POST", "/actions/build", {"force_refresh": True}), 200),
    ],
    "GET /v2/accounts": [
        Case("all", lambda w: w.api("GET", "/v2/accounts"), 200),
        Case("ids", lambda w: w.api("GET", f"/v2/accounts?account_ids={w.account}&owner_id={MARK}-id"), 200),
        Case("profile", lambda w: w.api("GET", f"/v2/accounts?connector_profile_id={w.integration}"), 200),
    ],
    "GET /v2/accounts/{account_id}": [Case("account", lambda w: w.api("GET", f"/v2/accounts/{w.account}"))],
    "GET /auth_configs": [
        Case("all", lambda w: w.api("GET", "/auth_configs"), 200),
        Case("filtered", lambda w: w.api("GET", "/auth_configs?connector_key=easyship&enabled=true"), 200),
    ],
    "POST /auth_configs": [
        Case(
            "default",
            lambda w: w.api(
                "POST",
                "/auth_configs",
                {"connector_key": "easyship", "authentication_config_key": "token", "default": True},
            ),
            200,
        ),
    ],
    "GET /auth_configs/{profile_id}": [Case("profile", lambda w: w.api("GET", f"/auth_configs/{w.integration}"))],
    "PATCH /auth_configs/{profile_id}": [
        Case("nothing", lambda w: w.api("PATCH", f"/auth_configs/{w.integration}", {})),
        Case("actions", lambda w: w.api("PATCH", f"/auth_configs/{w.integration}", {"effects": ["read"]})),
        Case("default", lambda w: w.api("PATCH", f"/auth_configs/{w.integration}", {"default": True})),
        Case("off", lambda w: w.api("PATCH", f"/auth_configs/{w.integration}", {"active": False})),
    ],
    "DELETE /auth_configs/{profile_id}": [
        Case("profile", lambda w: w.api("DELETE", f"/auth_configs/{w.integration}")),
    ],
    "GET /idempotency_keys/{key}": [
        Case("account", lambda w: w.api("GET", "/idempotency_keys/mine", x_account_id=w.account)),
        Case("own_account", lambda w: w.api("GET", "/idempotency_keys/mine", x_account_id=w.foreign_account)),
        Case("none", lambda w: w.api("GET", "/idempotency_keys/mine"), 400),
    ],
    "POST /actions/rpc/synced": [
        Case(
            "header",
            lambda w: w.api("POST", "/actions/rpc/synced", _LIST_SHIPMENTS, x_account_id=w.account),
        ),
        Case(
            "run",
            lambda w: w.api("POST", "/actions/rpc/synced", {**_LIST_SHIPMENTS, "run_id": w.run}),
            400,
        ),
        Case(
            "profile",
            lambda w: w.api(
                "POST",
                "/actions/rpc/synced",
                _LIST_SHIPMENTS,
                x_account_id=w.account,
                x_connector_profile_id=w.integration,
            ),
        ),
    ],
    "POST /unified/check_permissions": [
        Case(
            "account",
            lambda w: w.api("POST", "/unified/check_permissions", {"resource_id": "x"}, x_account_id=w.account),
        ),
    ],
    "POST /ai/tool-feedback": [
        Case("account", lambda w: w.api("POST", "/ai/tool-feedback", {"feedback": "x", "account_id": w.account})),
    ],
    "GET /ai/tool-feedback": [Case("all", lambda w: w.api("GET", "/ai/tool-feedback"), 200)],
    "POST /webhooks": [
        Case("own", lambda w: w.api("POST", "/webhooks", {"url": _HOOK, "events": ["account.created"]}), 200),
    ],
    "GET /webhooks": [Case("all", lambda w: w.api("GET", "/webhooks"), 200)],
    "GET /webhooks/{webhook_id}": [Case("webhook", lambda w: w.api("GET", f"/webhooks/{w.webhook}"))],
    "PATCH /webhooks/{webhook_id}": [
        Case("webhook", lambda w: w.api("PATCH", f"/webhooks/{w.webhook}", {"url": _HOOK, "enabled": False})),
    ],
    "DELETE /webhooks/{webhook_id}": [Case("webhook", lambda w: w.api("DELETE", f"/webhooks/{w.webhook}"))],
    "POST /webhooks/{webhook_id}/rotate": [
        Case("webhook", lambda w: w.api("POST", f"/webhooks/{w.webhook}/rotate")),
    ],
    "POST /webhooks/{webhook_id}/test": [Case("webhook", lambda w: w.api("POST", f"/webhooks/{w.webhook}/test"))],
    "GET /webhooks/{webhook_id}/deliveries": [
        Case("webhook", lambda w: w.api("GET", f"/webhooks/{w.webhook}/deliveries")),
    ],
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/replay": [
        Case("delivery", lambda w: w.api("POST", f"/webhooks/{w.webhook}/deliveries/{w.delivery}/replay")),
    ],
    "POST /webhooks/{webhook_id}/events": [
        Case(
            "webhook",
            lambda w: w.api("POST", f"/webhooks/{w.webhook}/events", [_event(w)], x_account_id=w.foreign_account),
        ),
        Case("account", lambda w: w.api("POST", f"/webhooks/{w.webhook}/events", [_event(w)], x_account_id=w.account)),
    ],
    "GET /requests/logs": [
        Case("all", lambda w: w.api("GET", "/requests/logs?include=step_logs"), 200),
        Case("account", lambda w: w.api("GET", f"/requests/logs?account_ids={w.account}"), 200),
        Case("id", lambda w: w.api("GET", f"/requests/logs?request_ids={w.call}&success=true"), 200),
        Case("stream", lambda w: w.api("GET", "/requests/logs", accept="application/x-ndjson"), 200),
    ],
    "GET /requests/logs/{id}": [
        Case("call", lambda w: w.api("GET", f"/requests/logs/{w.call}")),
        Case("whole", lambda w: w.api("GET", f"/requests/logs/{w.call}?include=step_logs,advanced_logs")),
    ],
    "GET /requests/logs/steps": [
        Case("all", lambda w: w.api("GET", "/requests/logs/steps"), 200),
        Case("call", lambda w: w.api("GET", f"/requests/logs/steps?request_ids={w.call}"), 200),
    ],
    "GET /logs/actions/{action_run_id}": [Case("run", lambda w: w.api("GET", f"/logs/actions/{w.call}"))],
    "POST /logs/steps": [
        Case("all", lambda w: w.api("POST", "/logs/steps", {}), 200),
        Case("run", lambda w: w.api("POST", "/logs/steps", {"action_run_ids": [w.call]}), 200),
        Case("account", lambda w: w.api("POST", "/logs/steps", {"account_ids": w.account, "page_size": 100}), 200),
    ],
    "GET /requests/platform-logs": [
        Case("own", lambda w: w.api("GET", "/requests/platform-logs?categories=connectors"), 200),
        Case(
            "actor",
            lambda w: w.api("GET", f"/requests/platform-logs?source_values={w.live.tenant.principal.actor}"),
            200,
        ),
        Case(
            "account", lambda w: w.api("GET", f"/requests/platform-logs?account_ids={w.account}&status_codes=201"), 200
        ),
    ],
    "POST /unified/proxy": [
        Case("read", lambda w: w.api("POST", "/unified/proxy", _READ_THROUGH, x_account_id=w.account)),
        Case(
            "write",
            lambda w: w.api(
                "POST", "/unified/proxy", {"method": "delete", "path": "/2024-09/shipments/1"}, x_account_id=w.account
            ),
        ),
    ],
    "GET /healthz": [Case("plain", lambda w: w.api("GET", "/healthz"), 200)],
    "GET /metrics": [Case("plain", lambda w: w.api("GET", "/metrics", x_account_id=w.account), 200)],
    "GET /hub/settings": [
        Case("foreign", lambda w: w.hub("GET", "/hub/settings"), 200),
        Case("sibling", lambda w: w.sibling("GET", "/hub/settings"), 200),
    ],
    "GET /hub/outcome": [
        Case("foreign", lambda w: w.hub("GET", "/hub/outcome"), 200),
        Case("sibling", lambda w: w.sibling("GET", "/hub/outcome"), 200),
    ],
    "GET /hub/connectors": [
        Case("foreign", lambda w: w.hub("GET", "/hub/connectors"), 200),
        Case("provider", lambda w: w.hub("GET", "/hub/connectors?provider=easyship"), 200),
    ],
    "GET /hub/connectors/{integration_id}": [
        Case("foreign", lambda w: w.hub("GET", f"/hub/connectors/{w.integration}")),
    ],
    "POST /hub/accounts": [
        Case("foreign", lambda w: w.hub("POST", "/hub/accounts", _typed(w))),
    ],
    "GET /hub/accounts/{account_id}": [
        Case("foreign", lambda w: w.hub("GET", f"/hub/accounts/{w.account}")),
        Case("sibling", lambda w: w.sibling("GET", f"/hub/accounts/{w.account}")),
    ],
    "PATCH /hub/accounts/{account_id}": [
        Case("foreign", lambda w: w.hub("PATCH", f"/hub/accounts/{w.account}", _typed(w))),
        Case("sibling", lambda w: w.sibling("PATCH", f"/hub/accounts/{w.account}", _typed(w))),
    ],
    "POST /hub/connection_attempts": [
        Case("foreign", lambda w: w.hub("POST", "/hub/connection_attempts", {"token": w.session_token}), 400),
        Case("sibling", lambda w: w.sibling("POST", "/hub/connection_attempts", {"token": w.session_token}), 400),
    ],
    "GET /hub/connection_attempts/{attempt_id}": [
        Case("foreign", lambda w: w.hub("GET", f"/hub/connection_attempts/{w.attempt}")),
        Case("sibling", lambda w: w.sibling("GET", f"/hub/connection_attempts/{w.attempt}")),
    ],
    "DELETE /hub/connection_attempts/{attempt_id}": [
        Case("foreign", lambda w: w.hub("DELETE", f"/hub/connection_attempts/{w.attempt}")),
        Case("sibling", lambda w: w.sibling("DELETE", f"/hub/connection_attempts/{w.attempt}")),
    ],
}
_ALL = [(operation, case) for operation, cases in CASES.items() for case in cases]


def test_every_operation_has_a_case() -> None:
    """An operation cannot be added, in the document or beside it, without a case that asks for another project's."""
    routes = [route for router in api._ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    operations = {f"{method} {route.path_format}" for route in routes for method in route.methods or ()}

    assert operations == set(CASES)
    assert len(_ALL) >= 45


async def test_the_document_of_the_running_app_has_no_other_operation(world: World) -> None:
    """What the served document tells is covered, word by word."""
    document = (await world.live.call("GET", "/openapi.json")).json()

    told = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}

    assert told <= set(CASES)


@pytest.mark.parametrize(("operation", "case"), _ALL, ids=[f"{operation}-{case.name}" for operation, case in _ALL])
async def test_another_projects_things_are_not_there(world: World, operation: str, case: Case) -> None:
    """The answer is 404, or the caller's own; it shows nothing of the other project, and changes nothing there."""
    before = await world.rows()

    answer = await case.call(world)

    assert answer.status == case.status, f"{operation}: {answer.text()}"
    assert await world.rows() == before
    told = answer.text()
    assert world.integration not in told
    assert "Harbour" not in told or world.foreign_account in told
    if case.name != "owner" or operation != "POST /connect_sessions":
        assert MARK not in told
        assert world.account not in told


async def test_a_foreign_call_costs_the_provider_nothing(world: World, easyship_twin_process: EasyshipTwin) -> None:
    """No request reaches the provider with another project's credential."""
    easyship_twin_process.clear_journal()

    for operation in (
        "POST /actions/rpc",
        "POST /unified/proxy",
        "POST /hub/accounts",
        "PATCH /hub/accounts/{account_id}",
    ):
        for case in CASES[operation]:
            await case.call(world)

    assert easyship_twin_process.journal() == []
