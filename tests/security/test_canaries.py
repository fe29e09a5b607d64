"""Unique secrets in every field, flows that succeed and fail in every way, and then not one of them anywhere."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from crossdock.db.embedded import Embedded
from crossdock.outbox import event
from crossdock.telemetry import metrics
from guest import Guest
from house import Live, rewrites
from oauth_dance import Dance
from receiver import Receiver, answer, receiving
from security import canary_flows as flows
from security.canaries import Hunt, codings, logged
from shared_house import fresh_database, opened
from twins import EasyshipTwin, ShipheroTwin

pytestmark = [pytest.mark.canary, pytest.mark.xdist_group("canaries")]

STATUSES = (200, 500, 422, 403, 401)
_TABLES = """
    select table_name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'vault_sealed'
"""


@pytest_asyncio.fixture(scope="module")
async def hunt(
    postgres: Embedded,
    postgres_dsn: str,
    easyship_twin_process: EasyshipTwin,
    shiphero_twin_process: ShipheroTwin,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Hunt]:
    """Run every flow once, with all that is said along the way kept."""
    easyship_twin_process.reset(seed="empty")
    shiphero_twin_process.reset()
    found, data_dir = Hunt(), tmp_path_factory.mktemp("house")
    origins = rewrites(easyship_twin_process, shiphero_twin_process)
    with logged() as streams:
        async with fresh_database(postgres, postgres_dsn) as dsn, receiving(_refuse) as receiver:
            near = [receiver.origin]
            async with opened(dsn, data_dir=data_dir, origin_rewrites=origins, allow_private_origins=near) as live:
                actor = await _flow(found, live, receiver, easyship_twin_process, shiphero_twin_process)
                for status in STATUSES:
                    await _echoed(actor, dsn, data_dir, status)
                await flows.crash(actor, easyship_twin_process.integration("Crash")["production_token"])
                await _dump(found, live)
    for style, stream in streams.items():
        found.note(f"logs as {style}", "log", stream.getvalue())
    _follow_ring(found, data_dir / "vault-keys.json")
    found.note("metrics", "metrics", metrics.render().decode())
    for twin in (easyship_twin_process, shiphero_twin_process):
        found.note("journals", twin.base, json.dumps(twin.journal()))
    yield found


async def _flow(
    found: Hunt, live: Live, receiver: Receiver, easyship: EasyshipTwin, shiphero: ShipheroTwin
) -> flows.Actor:
    found.follow("API key", live.tenant.key)
    actor, house = flows.Actor(found, live, "house"), live.house
    webhook, secret = await house.webhooks.create(
        project_id=live.tenant.project.id, actor="system:cli", url=receiver.origin, events=list(event.SUBSCRIBABLE)
    )
    found.follow("webhook secret", secret)
    found.note("errors", "webhook", repr(webhook))
    dance = await Dance.prepare(live, easyship)
    await _follow_client(found, live, dance)
    await flows.go_well(actor, dance, easyship, shiphero)
    await flows.print_all(actor, dance)
    await flows.go_badly(actor, dance, shiphero)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        await flows.visit(actor, Guest(live.url, client), easyship)
    await house.deliverer.deliver_due()
    assert receiver.heard
    return actor


async def _follow_client(found: Hunt, live: Live, dance: Dance) -> None:
    async with live.house.db.connection() as conn:
        client = await live.house.integrations.client(
            conn, project_id=live.tenant.project.id, integration_id=dance.integration_id
        )
    found.follow("OAuth client secret", client["client_secret"])


async def _echoed(actor: flows.Actor, dsn: str, data_dir: Path, status: int) -> None:
    """Do everything again with a provider that answers each request with all that it was sent."""
    async with receiving(partial(flows.echo, status=status)) as careless:
        origins = dict.fromkeys(actor.live.house.settings.origin_rewrites, careless.origin)
        async with opened(dsn, data_dir=data_dir, origin_rewrites=origins, tenant=actor.live.tenant) as live:
            echo = flows.Actor(actor.hunt, live, f"echo {status}", dict(actor.accounts))
            tokens = {name: f"prod_{name}{status:03}" + "Kanarienvogel+/" * 2 + "12345678=" for name in ("a", "b")}
            for name, token in tokens.items():
                actor.hunt.follow(f"token {name} at {status}", token)
                await echo.link("easyship", {"api_token": token}, owner=f"echo-{status}-{name}")
            refresh = f"Kanarienvogel-{status}-refresh-0123456789-ABCDEFGH"
            actor.hunt.follow(f"refresh token at {status}", refresh)
            await echo.link("shiphero", {"refresh_token": refresh}, owner=f"echo-{status}-r")
            echo.accounts = dict(actor.accounts)
            for name, account_id in echo.accounts.items():
                await echo.use(account_id, "shiphero" if name == "shiphero" else "easyship")
                await echo.renew(account_id)
                await actor.follow_sealed(account_id, f"{name} after {status}")
            await echo.api("GET", "/accounts?page_size=100")
        assert careless.heard


async def _refuse(_: object) -> bytes:
    return answer(500, b"no")


async def _dump(found: Hunt, live: Live) -> None:
    await live.house.calls.log.flush()
    async with live.house.db.connection() as conn:
        for row in await conn.fetch(_TABLES):
            table = row["table_name"]
            rows = await conn.fetch(f'select t::text as row from "{table}" as t')
            found.note("database", table, "\n".join(one["row"] for one in rows))
        assert await conn.fetchval("select count(*) from vault_sealed") > 0


def _follow_ring(found: Hunt, ring: Path) -> None:
    for number, key in enumerate(json.loads(ring.read_text())["keys"]):
        found.follow(f"vault key {number}", key["key"])


@pytest.mark.parametrize(
    "kind", ["logs as json", "logs as console", "responses", "database", "errors", "metrics", "journals"]
)
def test_no_secret_is_found(hunt: Hunt, kind: str) -> None:
    """In none of the places where a leak would show stands a secret, whole or half, in any of the codings."""
    found = hunt.found(kind)

    assert found == []


def test_the_hunt_is_a_real_one(hunt: Hunt) -> None:
    """Many secrets were followed through many texts, and the logs tell of crashes with their tracebacks."""
    sizes = {kind: sum(len(text) for _, text in texts) for kind, texts in hunt.seen.items()}

    assert len(hunt.secrets) >= 40
    assert len(hunt.seen["responses"]) >= 150
    assert all(sizes.values())
    assert "Traceback" in hunt.seen["logs as json"][0][1]
    assert "api.request.crashed" in hunt.seen["logs as console"][0][1]


@pytest.mark.parametrize("form", [form for form, _ in codings("prod_Kanarienvogel+/0123=")])
def test_the_hunt_finds_what_is_there(form: str) -> None:
    """A secret that is planted is found in each of the codings."""
    planted = Hunt()
    planted.follow("token", "prod_Kanarienvogel+/0123=")
    text = next(needle for coding, needle in codings("prod_Kanarienvogel+/0123=") if coding == form)
    planted.note("logs", "here", f"before {text} after")

    assert ("here", "token", form) in planted.found("logs")


def test_the_hunt_finds_base64_of_what_surrounds_a_secret() -> None:
    """A secret inside a coded text is found wherever it stands in it."""
    planted = Hunt()
    planted.follow("token", "prod_Kanarienvogel+/0123=")

    for before in ("", "a", "ab", "abc"):
        planted.note(
            "logs", before or "none", base64.b64encode(f"{before}prod_Kanarienvogel+/0123=!".encode()).decode()
        )

    assert {place for place, _, _ in planted.found("logs")} == {"none", "a", "ab", "abc"}
