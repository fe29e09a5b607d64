"""The commands on a house with a linked account, run as the command line runs them."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
import structlog
from typer.testing import CliRunner, Result

from app import CHALLENGE, REDIRECT, VERIFIER
from crossdock.accounts.model import Account, Chosen
from crossdock.cli import first_run, twin_process
from crossdock.cli.app import app, main
from crossdock.connectors.catalogue import Catalogue
from crossdock.consents.model import App, Ask
from crossdock.db.pool import Database
from crossdock.kernel.errors import CrossdockError, InvalidRequestError, NotFoundError
from crossdock.kernel.secret import Secret
from crossdock.linking.session import SessionRequest
from crossdock.projects import agents
from crossdock.server import House
from house import Tenant
from twins import ShipheroTwin

Command = Callable[..., "asyncio.Future[Result]"]


@pytest.fixture
def keep_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def crossdock(
    house: House, tenant: Tenant, database_url: str, monkeypatch: pytest.MonkeyPatch, keep_logging: None
) -> Command:
    """Run a command in a thread of its own, on the test's database."""
    del tenant, keep_logging
    monkeypatch.setenv("CROSSDOCK_DATABASE_URL", database_url)
    monkeypatch.setenv("CROSSDOCK_DATA_DIR", str(house.settings.data_dir))
    monkeypatch.setenv("CROSSDOCK_HUB_URL", house.settings.hub_url)
    monkeypatch.setenv("CROSSDOCK_ORIGIN_REWRITES", json.dumps(house.settings.origin_rewrites))

    def run(*arguments: str) -> asyncio.Future[Result]:
        return asyncio.ensure_future(asyncio.to_thread(CliRunner().invoke, app, list(arguments)))

    return run


@pytest_asyncio.fixture
async def linked(house: House, tenant: Tenant, shiphero_twin: ShipheroTwin) -> Account:
    made = shiphero_twin.developer()
    created = await house.sessions.create(
        principal=tenant.principal,
        request=SessionRequest(origin_owner_id="shop-1", origin_owner_name="Shop One", provider="shiphero"),
    )
    offer = (await house.sessions.offers(session=created.session))[0]
    attempt = await house.linking.submit(
        session=created.session,
        integration_id=offer.integration_id,
        fields={"refresh_token": made["refresh_token"]},
        effects=frozenset({"read"}),
        test="wait",
    )
    return await house.linking.confirm(session=created.session, attempt_id=attempt.id, on_conflict="refuse")


def document(result: Result) -> Any:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return json.loads(result.stdout)


async def test_list_and_show_tell_of_a_linked_account(crossdock: Command, linked: Account) -> None:
    """A linked account is listed and shown, as JSON and as text."""
    listed = await crossdock("accounts", "list", "--json")
    filtered = await crossdock("accounts", "list", "--status", "expired", "--json")
    shown = await crossdock("accounts", "show", linked.id, "--json")
    text = await crossdock("accounts", "list")

    assert [account["id"] for account in document(listed)["accounts"]] == [linked.id]
    assert document(filtered)["total"] == 0
    assert document(shown)["status"] == "active"
    assert document(shown)["life_line"]
    assert linked.id in text.stdout


async def test_test_asks_the_provider(crossdock: Command, linked: Account, shiphero_twin: ShipheroTwin) -> None:
    """Testing an account says how it is, and ends with 1 once the provider refuses it."""
    alive = await crossdock("accounts", "test", linked.id, "--json")
    shiphero_twin.set_state(shiphero_twin.accounts()[0]["id"], "suspended")
    dead = await crossdock("accounts", "test", linked.id, "--json")

    assert (document(alive)["status"], alive.exit_code) == ("active", 0)
    assert document(dead)["status"] in {"suspended", "error", "expired"}
    assert dead.exit_code == 1


async def test_pause_and_resume_switch_an_account(crossdock: Command, linked: Account) -> None:
    """A paused account is inactive until it is resumed."""
    paused = await crossdock("accounts", "pause", linked.id, "--json")
    resumed = await crossdock("accounts", "resume", linked.id, "--json")

    assert document(paused)["status"] == "inactive"
    assert document(resumed)["status"] == "active"


async def test_relink_makes_a_link_for_the_same_account(crossdock: Command, linked: Account, house: House) -> None:
    """Relinking gives a hosted link whose session is bound to the account."""
    url = document(await crossdock("accounts", "relink", linked.id, "--json"))["url"]

    session = await house.sessions.authenticate(token=url.rpartition("/")[2])
    assert url.startswith(f"{house.settings.hub_url}/link/")
    assert session.account_id == linked.id


async def test_delete_asks_first_and_erases(crossdock: Command, linked: Account, database: Database) -> None:
    """Nothing is deleted without --yes where nobody can answer; with it the sealed credential is gone."""
    unasked = await crossdock("accounts", "delete", linked.id)
    deleted = await crossdock("accounts", "delete", linked.id, "--yes", "--json")

    async with database.connection() as conn:
        sealed = await conn.fetchval("select count(*) from vault_sealed where owner_id = $1", linked.id)
    assert unasked.exit_code == 2
    assert document(deleted) == {"id": linked.id, "deleted": True}
    assert sealed == 0


async def test_link_makes_a_hosted_link(crossdock: Command, house: House) -> None:
    """`crossdock link` gives an address that opens a connect session for the owner."""
    url = document(await crossdock("link", "--owner", "shop-7", "--provider", "easyship", "--json"))["url"]

    session = await house.sessions.authenticate(token=url.rpartition("/")[2])
    assert (session.origin_owner_id, session.provider) == ("shop-7", "easyship")


async def test_api_key_is_made_used_and_revoked(crossdock: Command, house: House) -> None:
    """A key that the command made speaks for the project until it is revoked."""
    made = document(await crossdock("api-keys", "create", "shop", "--scope", "accounts:read", "--json"))
    principal = await house.projects.authenticate_key(text=made["api_key"])
    revoked = document(await crossdock("api-keys", "revoke", made["id"], "--json"))
    listed = await crossdock("api-keys", "list", "--json")

    assert principal.scopes == {"accounts:read"}
    assert revoked["revoked_at"]
    assert made["api_key"] not in listed.stdout
    assert made["id"] in listed.stdout


async def let_in(house: House, tenant: Tenant) -> App:
    """Let an app in as the consent page does; give it with a refresh token's worth of life."""
    given = {"client_name": "Order [assistant]", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"}
    client, _ = await house.consents.clients.register(given=given, address="127.0.0.1")
    ask = Ask(
        client=client,
        redirect_uri=REDIRECT,
        challenge=CHALLENGE,
        resource=house.consents.audience,
        effects=frozenset({"read", "write"}),
        state=None,
    )
    grant = agents.granted(owner_id="shop-1", accounts=[], actions=[], effects=["read"], days=30, clock=house.clock)
    answer = await house.consents.allow(project_id=tenant.project.id, actor="system:cli", ask=ask, grant=grant)
    code = dict(parse_qsl(urlsplit(answer).query))["code"]
    await house.consents.exchange(client=client, code=code, redirect_uri=REDIRECT, verifier=VERIFIER, resource=None)
    return (await house.consents.all(project_id=tenant.project.id))[0]


async def test_connected_apps_are_listed_and_disconnected(crossdock: Command, house: House, tenant: Tenant) -> None:
    """An app that somebody let in is listed with what it may; disconnecting ends it, also where it was ended before."""
    none = await crossdock("apps", "list")
    made = await let_in(house, tenant)

    listed = document(await crossdock("apps", "list", "--json"))["apps"]
    text = await crossdock("apps", "list")
    revoked = [document(await crossdock("apps", "revoke", made.id, "--json")) for _ in range(2)]
    said = await crossdock("apps", "revoke", made.id)
    after = document(await crossdock("apps", "list", "--json"))["apps"]
    unknown = await crossdock("apps", "revoke", "app_unknown")

    assert "No app is connected yet" in none.stdout
    assert [(one["id"], one["status"], one["effects"], one["owner_id"]) for one in listed] == [
        (made.id, "connected", ["read"], "shop-1")
    ]
    assert all(word in text.stdout for word in (made.id, "Order [assistant]", "127.0.0.1:47831", "connected"))
    assert [(one["status"], one["revoked_why"]) for one in revoked] == [("disconnected", "person")] * 2
    assert f"{made.id} (Order [assistant]) is disconnected." in said.stdout
    assert after[0]["status"] == "disconnected"
    assert isinstance(unknown.exception, NotFoundError)


async def test_profiles_are_listed_and_shown(crossdock: Command, linked: Account, house: House) -> None:
    """A profile is told in the words of the API, with its accounts and the actions that it allows."""
    chosen = Chosen(name="Reports", actions=("shiphero_list_orders",), effects=frozenset({"read"}))
    made = await house.integrations.create(
        project_id=linked.project_id,
        connector_key=linked.connector_key,
        auth_method=linked.auth_method,
        setup={},
        actor="system:cli",
        chosen=chosen,
    )

    listed = document(await crossdock("profiles", "list", "--connector", "shiphero", "--json"))["profiles"]
    every = document(await crossdock("profiles", "list", "--json"))["profiles"]
    text = await crossdock("profiles", "list")
    shown = document(await crossdock("profiles", "show", made.id, "--json"))
    shown_text = await crossdock("profiles", "show", made.id)
    nowhere = await crossdock("profiles", "list", "--connector", "nowhere")
    unknown = await crossdock("profiles", "show", "int_unknown")

    assert {one["id"]: one["accounts"] for one in listed} == {linked.integration_id: 1, made.id: 0}
    assert {one["connector_key"] for one in every} == {"easyship", "shiphero"}
    assert all(word in text.stdout for word in (made.id, "Reports", "shiphero_list_orders"))
    assert (shown["name"], shown["effects"], shown["default"]) == ("Reports", ["read"], False)
    assert shown["allowed_actions"] == ["shiphero_list_orders"]
    assert "ALLOWED ACTION" in shown_text.stdout
    assert isinstance(nowhere.exception, NotFoundError)
    assert isinstance(unknown.exception, NotFoundError)


async def test_people_are_added_listed_and_given_passwords(crossdock: Command, house: House) -> None:
    """A person gets a password that opens; a new one takes its place, and who is not there is said."""
    added = document(
        await crossdock("people", "add", "Ada@shop.example", "--name", "Ada", "--role", "viewer", "--json")
    )
    renewed = document(await crossdock("people", "password", "ada@shop.example", "--json"))
    listed = document(await crossdock("people", "list", "--json"))["people"]
    nobody = await crossdock("people", "password", "bob@shop.example")
    opens = [
        await house.projects.has_password(email="ada@shop.example", password=Secret(one["password"]))
        for one in (added, renewed)
    ]

    assert opens == [False, True]
    assert [one["role"] for one in listed if one["email"] == "ada@shop.example"] == ["viewer"]
    assert isinstance(nobody.exception, NotFoundError)
    with pytest.raises(InvalidRequestError, match="no role king"):
        raise (await crossdock("people", "add", "cy@shop.example", "--role", "king")).exception or AssertionError


async def test_a_changed_password_is_not_printed_again(house: House, tmp_path: Path) -> None:
    """`crossdock up` shows the password of the first start for as long as it opens something."""
    made = await first_run.create(house, name="Mine", email="mine@shop.example")
    first_run._write(tmp_path / first_run.FILE, made)
    again = await first_run.ensure(house, tmp_path)
    people = await house.projects.list_people(project_id=made.project_id)
    await house.projects.set_password(
        project_id=made.project_id,
        person_id=people[0].id,
        password=Secret("lorries leave at seven"),
        actor="system:cli",
    )

    later = await first_run.ensure(house, tmp_path)

    assert again.password == made.password
    assert (later.password, later.api_key) == (None, made.api_key)


async def test_keys_rotate_while_the_house_runs(crossdock: Command, linked: Account, house: House) -> None:
    """After a rotation everything is sealed with a new key, and the running house still opens the account."""
    before = document(await crossdock("keys", "list", "--json"))["keys"]
    after = document(await crossdock("keys", "rotate", "--json"))["keys"]
    status = await crossdock("keys", "status", "--json")

    lease = await house.leases.lease(project_id=linked.project_id, account_id=linked.id)
    assert [key["state"] for key in before] == ["active"]
    assert [(key["state"], key["sealed"] > 0) for key in after] == [("retired", False), ("active", True)]
    assert document(status)["ok"] is True
    assert lease.credential["access_token"]


async def test_audit_verify_finds_a_changed_entry(crossdock: Command, linked: Account, database: Database) -> None:
    """The chain is in order, until somebody changes an entry behind Crossdock's back."""
    sound = await crossdock("audit", "verify", "--json")
    async with database.transaction() as conn:
        await conn.execute("alter table audit_entries disable trigger audit_append_only")
        await conn.execute("update audit_entries set actor = 'nobody' where seq = 1")
    broken = await crossdock("audit", "verify", "--json", "--project", linked.project_id)

    assert document(sound)["ok"] is True
    assert (broken.exit_code, document(broken)["projects"][0]["broken_at"]) == (1, 1)


async def test_migrate_says_that_nothing_is_pending(crossdock: Command) -> None:
    """On a database of this release `migrate` and `migrate --check` have nothing to do."""
    assert document(await crossdock("migrate", "--check", "--json")) == {"pending": []}
    assert document(await crossdock("migrate", "--json")) == {"applied": []}


async def test_init_refuses_a_database_in_use(crossdock: Command) -> None:
    """`init` makes the first project only."""
    result = await crossdock("init", "--email", "someone@shop.example")

    assert isinstance(result.exception, CrossdockError)
    assert result.exception.remedy


async def test_openapi_prints_the_document(crossdock: Command) -> None:
    """`openapi` prints the API's document without any database."""
    assert document(await crossdock("openapi"))["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("arguments", "channel"), [(["accounts", "list", "--json"], "json"), (["accounts", "list"], "text")]
)
def test_error_is_a_message_and_a_remedy(
    arguments: Sequence[str],
    channel: str,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    keep_logging: None,
) -> None:
    """What goes wrong ends with 1, a message and what to do, on standard error."""
    del keep_logging
    monkeypatch.setattr("sys.argv", ["crossdock", *arguments, "--data-dir", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        main()

    printed = capsys.readouterr()
    assert ended.value.code == 1
    assert printed.out == ""
    assert "crossdock up" in printed.err
    if channel == "json":
        assert set(json.loads(printed.err)["error"]) == {"code", "message", "remedy"}


def test_every_origin_has_a_stand_in() -> None:
    """Each origin that a connector names is covered by a twin's address."""
    named = {
        origin
        for connector in Catalogue.load().connectors()
        for environment in connector.environments
        for origin in environment.origins.values()
    }

    assert named == set(twin_process.STAND_INS)


def test_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that does not parse is named, and its value is not repeated."""
    monkeypatch.setenv("CROSSDOCK_PORT", "s3cret-value")

    result = CliRunner().invoke(app, ["accounts", "list"])

    assert isinstance(result.exception, CrossdockError)
    assert not isinstance(result.exception, NotFoundError)
    assert "CROSSDOCK_PORT" in result.exception.message
    assert "s3cret-value" not in f"{result.exception.message}{result.exception.remedy}"


def test_the_command_line_starts_without_the_definitions() -> None:
    """Showing help waits for no parser, no driver, no HTTP client and no framework of the server."""
    heavy = ["yaml", "graphql", "jsonschema", "fastapi", "mcp", "aiohttp", "asyncpg", "structlog", "pydantic"]
    heavy += ["crossdock.connectors", "crossdock.egress", "crossdock.server"]
    code = f"import sys, crossdock.cli; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
