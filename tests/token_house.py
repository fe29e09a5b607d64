"""The rooms from the vault to the tokens, built on a real database and pointed at running twins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from crossdock.accounts.changes import Changes
from crossdock.accounts.health import ProbeResult
from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Account, Identity, SealedCredential
from crossdock.accounts.probe import Prober
from crossdock.accounts.service import Accounts
from crossdock.audit.trail import Trail
from crossdock.connectors.auth import Tokens
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector, Effect
from crossdock.db.jobs import Jobs
from crossdock.db.pool import Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.kernel.secret import Secret
from crossdock.outbox.publish import Outbox
from crossdock.tokens.checkup import Checkup
from crossdock.tokens.lease import Leases
from crossdock.tokens.refresh import Refresher
from crossdock.tokens.schedule import Schedule
from crossdock.vault import rotation
from crossdock.vault.store import Vault

READ: frozenset[Effect] = frozenset({"read"})
PATIENCE = 10.0
"""Seconds for which the services wait for the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHouse:
    """The services, and short ways to link."""

    db: Database
    clock: OffsetClock
    ids: Ids
    vault: Vault
    catalogue: Catalogue
    accounts: Accounts
    integrations: Integrations
    refresher: Refresher
    leases: Leases
    checkup: Checkup
    schedule: Schedule
    trail: Trail

    async def project(self, name: str = "Shop") -> str:
        """Add a project with its default integrations; return its id."""
        project_id = self.ids.new("prj")
        async with self.db.connection() as conn:
            await conn.execute("insert into projects (id, name, created_at) values ($1, $2, now())", project_id, name)
        await self.integrations.ensure_defaults(project_id=project_id)
        return project_id

    async def attempt(self, project_id: str) -> str:
        """Add a connect session with an attempt, on which candidates hang; return the attempt's id."""
        attempt_id = self.ids.new("att")
        async with self.db.connection() as conn:
            session_id = await conn.fetchval(
                """
                insert into connect_sessions (project_id, token_hash, origin_owner_id, origin_owner_name, type, effects,
                    channel, created_by, created_at, expires_at)
                values ($1, $2, 'owner-1', 'Acme Pets', 'production', '{read}', 'embedded', 'key:k', now(),
                    now() + interval '1 hour') returning id
                """,
                project_id,
                attempt_id.encode(),
            )
            await conn.execute(
                """
                insert into connection_attempts (id, project_id, session_id, status, created_at, updated_at,
                    expires_at) values ($1, $2, $3, 'testing', now(), now(), now() + interval '1 hour')
                """,
                attempt_id,
                project_id,
                session_id,
            )
        return attempt_id

    async def integration_id(self, project_id: str, connector: str, method: str) -> str:
        """Return the project's integration of a method."""
        found = await self.integrations.list(project_id=project_id)
        return next(one.id for one in found if (one.connector_key, one.auth_method) == (connector, method))

    async def link(
        self,
        project_id: str,
        connector_key: str,
        method_key: str,
        values: Mapping[str, str],
        *,
        environment: str = "production",
        owner: str = "owner-1",
    ) -> Account:
        """Link with typed values as the hub does: held, completed, probed and confirmed."""
        connector = self.catalogue.get(connector_key)
        method = connector.auth_method(method_key)
        candidate_id = await self.hold(project_id, connector, method, values, environment)
        return await self.confirm(project_id, connector_key, method_key, candidate_id, owner=owner)

    async def hold(
        self,
        project_id: str,
        connector: Connector,
        method: AuthMethod,
        values: Mapping[str, str],
        environment: str = "production",
    ) -> str:
        """Hold typed values as a candidate, with a first access token where one must be fetched; return its id."""
        attempt_id = await self.attempt(project_id)
        async with self.db.transaction() as conn:
            candidate_id = await self.accounts.hold_candidate(
                conn,
                project_id=project_id,
                attempt_id=attempt_id,
                connector=connector,
                method=method,
                environment=environment,
                values={name: Secret(value) for name, value in values.items()},
            )
            credential = await self.accounts.open_candidate(conn, project_id=project_id, candidate_id=candidate_id)
            if method.kind == "refresh_token":
                tokens = await self.refresher.acquire(
                    connector=connector,
                    method=method,
                    environment=connector.environment(environment),
                    credential=credential,
                    client={},
                )
                credential = {**credential, "access_token": tokens.access_token}
                await self.accounts.refill_candidate(
                    conn,
                    project_id=project_id,
                    candidate_id=candidate_id,
                    credential=credential,
                    access_expires_at=tokens.expires_at,
                )
        return candidate_id

    async def relink(self, linked: Account, values: Mapping[str, str]) -> Account:
        """Link an account anew with typed values."""
        connector = self.catalogue.get(linked.connector_key)
        candidate_id = await self.hold(
            linked.project_id, connector, connector.auth_method(linked.auth_method), values, linked.environment
        )
        async with self.db.transaction() as conn:
            return await self.accounts.relink(
                conn,
                project_id=linked.project_id,
                account_id=linked.id,
                integration_id=linked.integration_id,
                candidate_id=candidate_id,
                effects=READ,
                actor="person:p",
            )

    async def link_oauth(self, project_id: str, app: Mapping[str, str], grant: Mapping[str, Any]) -> Account:
        """Link Easyship with tokens that the twin granted an app."""
        integration = await self.integrations.create(
            project_id=project_id, connector_key="easyship", auth_method="oauth", setup=dict(app), actor="person:p"
        )
        tokens = Tokens(
            access_token=Secret(grant["access_token"]),
            refresh_token=Secret(grant["refresh_token"]),
            expires_at=self.clock.now() + timedelta(seconds=grant["expires_in"]),
            refresh_expires_at=None,
            scopes=frozenset(str(grant["scope"]).split()),
        )
        attempt_id = await self.attempt(project_id)
        async with self.db.transaction() as conn:
            candidate_id = await self.accounts.hold_tokens(
                conn, project_id=project_id, attempt_id=attempt_id, environment="production", tokens=tokens
            )
        return await self.confirm(project_id, "easyship", "oauth", candidate_id, integration_id=integration.id)

    async def confirm(
        self,
        project_id: str,
        connector_key: str,
        method_key: str,
        candidate_id: str,
        *,
        integration_id: str | None = None,
        owner: str = "owner-1",
    ) -> Account:
        """Probe a candidate and turn it into an account."""
        connector = self.catalogue.get(connector_key)
        method = connector.auth_method(method_key)
        if integration_id is None:
            integration_id = await self.integration_id(project_id, connector_key, method_key)
        async with self.db.transaction() as conn:
            environment = await self.accounts.candidate_environment(
                conn, project_id=project_id, candidate_id=candidate_id
            )
            credential = await self.accounts.open_candidate(conn, project_id=project_id, candidate_id=candidate_id)
            result = await self.refresher.prober.run(
                connector=connector,
                method=method,
                environment=connector.environment(environment),
                credential=credential,
                depth="daily",
            )
            assert result.outcome == "alive", result
            await self.accounts.note_candidate(conn, project_id=project_id, candidate_id=candidate_id, result=result)
        return await self.adopt(project_id, candidate_id, integration_id=integration_id, owner=owner)

    async def candidate(
        self,
        project_id: str,
        *,
        connector_key: str = "easyship",
        method_key: str = "token",
        identity: Identity | None = None,
        life: timedelta | None = None,
        secret: str = "prod_secret-of-the-merchant-0123456789",
    ) -> str:
        """Hold a tested candidate without asking any provider; return its id."""
        connector = self.catalogue.get(connector_key)
        name = "api_token" if method_key == "token" else "refresh_token"
        attempt_id = await self.attempt(project_id)
        async with self.db.transaction() as conn:
            where: dict[str, Any] = {
                "project_id": project_id,
                "candidate_id": await self.accounts.hold_candidate(
                    conn,
                    project_id=project_id,
                    attempt_id=attempt_id,
                    connector=connector,
                    method=connector.auth_method(method_key),
                    environment="production",
                    values={name: Secret(secret)},
                ),
            }
            held = await self.accounts.open_candidate(conn, **where)
            await self.accounts.refill_candidate(
                conn,
                **where,
                credential={"access_token": Secret("access-token-0123456789"), **held},
                access_expires_at=self.clock.now() + life if life else None,
            )
            found = ProbeResult(outcome="alive", identity=identity or Identity("42", "Acme Pets"))
            await self.accounts.note_candidate(conn, **where, result=found)
        candidate_id: str = where["candidate_id"]
        return candidate_id

    async def adopt(
        self,
        project_id: str,
        candidate_id: str,
        *,
        integration_id: str | None = None,
        owner: str = "owner-1",
        label: str | None = None,
    ) -> Account:
        """Turn a candidate into an account without asking any provider; by default by Easyship's token."""
        if integration_id is None:
            integration_id = await self.integration_id(project_id, "easyship", "token")
        async with self.db.transaction() as conn:
            return await self.accounts.create(
                conn,
                project_id=project_id,
                integration_id=integration_id,
                candidate_id=candidate_id,
                origin_owner_id=owner,
                origin_owner_name="Acme Pets",
                origin_username=None,
                label=label,
                metadata={},
                effects=READ,
                actor="session:1",
            )

    async def account(self, linked: Account) -> Account:
        """Return the account as it stands now."""
        return await self.accounts.get(project_id=linked.project_id, account_id=linked.id)

    async def sealed(self, linked: Account) -> SealedCredential:
        """Return the row of the account's credential."""
        async with self.db.connection() as conn:
            return await self.accounts.credential(conn, project_id=linked.project_id, account_id=linked.id)

    async def secrets(self, linked: Account, generation: int | None = None) -> dict[str, Secret]:
        """Open the account's secrets of a generation, by default the one in use."""
        number = generation or (await self.sealed(linked)).generation
        async with self.db.connection() as conn:
            return await self.vault.open(conn, project_id=linked.project_id, owner_id=linked.id, generation=number)

    async def generations(self, linked: Account) -> list[int]:
        """Return which generations lie sealed."""
        async with self.db.connection() as conn:
            rows = await conn.fetch(
                "select distinct generation from vault_sealed where owner_id = $1 order by 1", linked.id
            )
        return [row["generation"] for row in rows]

    async def events(self, linked: Account) -> list[str]:
        """Return the types of the events that told of the account, oldest first."""
        async with self.db.connection() as conn:
            rows = await conn.fetch("select type from events where account_id = $1 order by created_at, id", linked.id)
        return [row["type"] for row in rows]


@asynccontextmanager
async def open_token_house(
    *, dsn: str, key_file: Path, twins: Mapping[str, str], clock: OffsetClock
) -> AsyncIterator[TokenHouse]:
    """Open the services; ``twins`` maps the providers' origins to those of twins."""
    async with AsyncExitStack() as stack:
        db = await Database.open(dsn, size=10)
        stack.push_async_callback(db.close)
        egress = await Egress.open(private_origins=frozenset(twins.values()))
        stack.push_async_callback(egress.close)
        house = await _built(db, egress, key_file, twins, clock)
        stack.push_async_callback(house.refresher.close)
        stack.push_async_callback(house.leases.close)
        await house.leases.start()
        yield house


@lru_cache
def _catalogue(twins: tuple[tuple[str, str], ...]) -> Catalogue:
    """Read the definitions once for all tests of a process: it takes a second."""
    return Catalogue.load(origin_rewrites=dict(twins))


async def _built(
    db: Database, egress: Egress, key_file: Path, twins: Mapping[str, str], clock: OffsetClock
) -> TokenHouse:
    ids = Ids(clock=clock)
    async with db.connection() as conn:
        ring = await rotation.open_ring(conn, path=key_file, ids=ids)
        await rotation.admit(conn, ring=ring, clock=clock)
    vault, trail, changes, jobs = Vault(ring, clock), Trail(clock), Changes(), Jobs(dsn=db.dsn)
    catalogue = _catalogue(tuple(sorted(twins.items())))
    common: dict[str, Any] = {"db": db, "vault": vault, "catalogue": catalogue, "clock": clock, "changes": changes}
    outbox = Outbox(clock=clock, ids=ids, jobs=jobs)
    accounts = Accounts(**common, outbox=outbox, trail=trail, ids=ids)
    integrations = Integrations(**common, trail=trail, ids=ids)
    prober = Prober(catalogue=catalogue, egress=egress, clock=clock, seconds=PATIENCE)
    known: dict[str, Any] = {**common, "accounts": accounts, "integrations": integrations}
    refresher = Refresher(**known, prober=prober, egress=egress, trail=trail, ids=ids, seconds=PATIENCE)
    leases = Leases(**known, refresher=refresher)
    checkup = Checkup(
        db=db, accounts=accounts, leases=leases, refresher=refresher, prober=prober, trail=trail, clock=clock
    )
    schedule = Schedule(db=db, jobs=jobs, accounts=accounts, refresher=refresher, checkup=checkup, clock=clock)
    return TokenHouse(
        db=db,
        clock=clock,
        ids=ids,
        vault=vault,
        catalogue=catalogue,
        accounts=accounts,
        integrations=integrations,
        refresher=refresher,
        leases=leases,
        checkup=checkup,
        schedule=schedule,
        trail=trail,
    )
