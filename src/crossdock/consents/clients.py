"""Apps: they register themselves, or publish a document; none of it is believed further than it is shown to people."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from crossdock.consents import client_store, metadata
from crossdock.consents.documents import Documents, is_document_address
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import CLIENT_SECRET, Client
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import RateLimitedError
from crossdock.kernel.ids import Ids, digest
from crossdock.kernel.secret import Secret

WINDOW: Final = timedelta(hours=1)
PER_ADDRESS: Final = 20
MOST_IDLE: Final = 1000
IDLE: Final = timedelta(days=7)
KEPT: Final = timedelta(days=400)
Way = Literal["none", "client_secret_basic", "client_secret_post"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clients:
    """Registers apps, finds them, and checks that one is who it says."""

    db: Database
    clock: Clock
    ids: Ids
    documents: Documents

    async def register(self, *, given: Mapping[str, Any], address: str) -> tuple[Client, Secret | None]:
        """Register an app by its own words; return it with its secret where it uses one.

        Raise AppRefusedError where its words are not acceptable, RateLimitedError where too many come from one
        ``address``, or from everywhere. An app that nobody allows anything is forgotten after a week, or sooner
        where many come.
        """
        described = metadata.read(given, kind="registered")
        now, origin = self.clock.now(), digest(f"app registration {address}")
        secret = None if described.auth_method == "none" else Secret(self.ids.token(CLIENT_SECRET))
        name = self.ids.new("ocl")
        client = Client(
            id=name,
            client_id=name,
            kind="registered",
            name=described.name,
            redirect_uris=described.redirect_uris,
            auth_method=described.auth_method,
            refreshes=described.refreshes,
            created_at=now,
            secret_hash=digest(secret.reveal()) if secret else None,
        )
        async with self.db.transaction() as conn:
            await self._make_room(conn, origin)
            await client_store.insert_registered(conn, client=client, origin=origin)
        return client, secret

    async def find(self, *, client_id: str) -> Client:
        """Return an app, its document read anew where it may have changed; raise AppRefusedError."""
        async with self.db.connection() as conn:
            known = await client_store.find_client(conn, client_id=client_id)
        now = self.clock.now()
        if known is not None and (known.fresh_until is None or known.fresh_until > now):
            return known
        if not is_document_address(client_id):
            raise _unknown()
        said, life = await self.documents.fetch(address=client_id)
        described = metadata.read(said, kind="document")
        client = Client(
            id=self.ids.new("ocl"),
            client_id=client_id,
            kind="document",
            name=described.name,
            redirect_uris=described.redirect_uris,
            auth_method=described.auth_method,
            refreshes=described.refreshes,
            created_at=now,
            fresh_until=now + life,
        )
        async with self.db.connection() as conn:
            return await client_store.write_document(conn, client=client)

    async def authenticate(self, *, client_id: str, secret: Secret | None, way: Way) -> Client:
        """Return the app that asks for tokens; raise AppRefusedError unless it proves itself as it registered.

        A public app proves nothing here: its code and verifier do.
        """
        async with self.db.connection() as conn:
            client = await client_store.find_client(conn, client_id=client_id)
        if client is None or client.auth_method != way:
            raise _unknown()
        if client.secret_hash is not None:
            given = digest(secret.reveal()) if secret else b""
            if not hmac.compare_digest(client.secret_hash, given):
                raise _unknown()
        return client

    async def sweep(self) -> None:
        """Forget apps that nobody allowed anything for a week, and those whose permissions are long over."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            await client_store.sweep_idle(conn, idle=now - IDLE, ended=now - KEPT)

    async def _make_room(self, conn: Connection, origin: bytes) -> None:
        now = self.clock.now()
        await client_store.lock_origin(conn, origin=origin)
        before = await client_store.registered_since(conn, origin=origin, since=now - WINDOW)
        if len(before) >= PER_ADDRESS:
            raise _too_many((before[-PER_ADDRESS] + WINDOW - now).total_seconds())
        is_full = await client_store.count_idle(conn) >= MOST_IDLE
        if is_full and not await client_store.drop_oldest_idle(conn, before=now - WINDOW):
            raise _too_many(WINDOW.total_seconds())


def _too_many(seconds: float) -> RateLimitedError:
    return RateLimitedError(
        "Too many apps register here.",
        remedy="Wait for the seconds that Retry-After names, or publish a client ID metadata document.",
        retry_after=max(1.0, seconds),
    )


def _unknown() -> AppRefusedError:
    return AppRefusedError(
        "The app is not known here, or does not prove to be the one that registered.",
        remedy="Remove the connection in the app and add it again, so that it registers anew.",
        oauth="invalid_client",
    )
