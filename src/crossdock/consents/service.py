"""What people allow apps: consent, the code, the tokens that follow, and their end."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from crossdock.accounts.model import AccountQuery
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.consents import asks, client_store, redirects, rotation, store
from crossdock.consents.clients import Clients
from crossdock.consents.documents import Documents
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import (
    ACCESS,
    ACCESS_LIFE,
    CODE,
    CODE_LIFE,
    EFFECTS,
    REFRESH,
    App,
    Ask,
    Client,
    Code,
    Issued,
    Token,
    Why,
)
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import Egress
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import NotFoundError, UnauthenticatedError, UnprocessableError
from crossdock.kernel.ids import Ids, digest
from crossdock.kernel.secret import Secret
from crossdock.projects import agents
from crossdock.projects.cache import KeyCache
from crossdock.projects.model import AgentGrant, Principal
from crossdock.projects.service import Projects

IDLE: Final = timedelta(days=1)
KEPT: Final = timedelta(days=90)
_MOST_ACCOUNTS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Lets apps in as far as a person says, hands tokens out, and says for whom a token speaks.

    ``audience`` is the address that tokens are for, and ``issuer`` the hub's own; ``cache`` is the one of the keys, so
    that a revocation is heard in every process at once.
    """

    db: Database
    clock: Clock
    ids: Ids
    trail: Trail
    accounts: Accounts
    cache: KeyCache
    clients: Clients
    issuer: str
    audience: str

    @classmethod
    def build(
        cls,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        trail: Trail,
        accounts: Accounts,
        projects: Projects,
        egress: Egress,
        hub_url: str,
    ) -> Consents:
        """Return the service over what the house has."""
        return cls(
            db=db,
            clock=clock,
            ids=ids,
            trail=trail,
            accounts=accounts,
            cache=projects.cache,
            clients=Clients(db=db, clock=clock, ids=ids, documents=Documents(egress)),
            issuer=hub_url,
            audience=f"{hub_url}/mcp",
        )

    async def allow(self, *, project_id: str, actor: str, ask: Ask, grant: AgentGrant) -> str:
        """Let an app in as far as the grant says; return the address that takes it its code.

        Raise UnprocessableError for a grant that cannot be given, or accounts that are not the owner's.
        """
        now = self.clock.now()
        agents.check(grant, now=now)
        await self._check_accounts(project_id, grant)
        app = App(
            id=self.ids.new("app"),
            project_id=project_id,
            client=ask.client.id,
            client_name=ask.client.name,
            redirect_host=redirects.host_of(ask.redirect_uri),
            grant=replace(grant, effects=grant.effects & ask.effects),
            created_at=now,
            created_by=actor,
            begun_at=None,
            last_used_at=None,
            revoked_at=None,
            revoked_why=None,
        )
        text = self.ids.token(CODE)
        code = Code(
            project_id=project_id,
            grant_id=app.id,
            client=ask.client.id,
            redirect_uri=ask.redirect_uri,
            challenge=ask.challenge,
            resource=ask.resource,
            expires_at=now + CODE_LIFE,
        )
        async with self.db.transaction() as conn:
            if not await client_store.note_allowed(conn, client=ask.client.id, at=now):
                raise NotFoundError("The app is not known any more.", remedy="Start again in the app.")
            await store.insert_app(conn, project_id=project_id, app=app)
            await store.insert_code(conn, project_id=project_id, code_hash=digest(text), code=code)
            await self._record(conn, app, events.APP_ALLOWED, actor=actor, **agents.told(app.grant))
        return redirects.answer(ask.redirect_uri, code=text, state=ask.state, iss=self._named(ask))

    async def deny(self, *, project_id: str, actor: str, ask: Ask) -> str:
        """Refuse an app what it asks for; return the address that tells it so."""
        async with self.db.transaction() as conn:
            await self.trail.record(
                conn,
                project_id=project_id,
                actor=actor,
                event=events.APP_DENIED,
                subject=ask.client.id,
                detail={"name": ask.client.name, "redirect_host": redirects.host_of(ask.redirect_uri)},
            )
        return redirects.answer(ask.redirect_uri, error="access_denied", state=ask.state, iss=self._named(ask))

    def _named(self, ask: Ask) -> str | None:
        """Return who answers; an app that has read no metadata cannot know us by that, and takes no such answer."""
        return None if ask.is_unnamed else self.issuer

    def told(self, redirect_uri: str, *, state: str | None, error: str) -> str:
        """Return the address that tells an app of an error (RFC 6749, 4.1.2.1, with RFC 9207's issuer)."""
        return redirects.answer(redirect_uri, error=error, state=state, iss=self.issuer)

    async def exchange(
        self, *, client: Client, code: str, redirect_uri: str | None, verifier: str, resource: str | None
    ) -> Issued:
        """Return tokens for a code, once; raise AppRefusedError.

        A code that comes again ends what it was for: somebody else may hold it.
        """
        self._check_resource(resource)
        now = self.clock.now()
        issued: Issued | None = None
        async with self.db.transaction() as conn:
            taken = await store.take_code(conn, code_hash=digest(code), at=now)
            if taken is not None:
                found, turn = taken
                if turn == "again":
                    await self._end(conn, found.project_id, found.grant_id, why="code_reused", actor="system:oauth")
                elif (
                    found.client == client.id
                    and found.expires_at > now
                    and redirect_uri in {found.redirect_uri, None}
                    and _fits(verifier, found.challenge)
                ):
                    refresh = self.ids.token(REFRESH)
                    issued = await self._issue(conn, client, found, way="authorization_code", refresh=refresh)
        return _granted(issued)

    async def refresh(self, *, client: Client, token: str, resource: str | None, scope: str | None) -> Issued:
        """Return new tokens for a refresh token, which ends by that; raise AppRefusedError.

        One that comes again within the grace gives the same successor once more: two processes of one app, or a try
        after a lost answer. One that comes later ends everything: app or thief, one of two holds a stolen token.
        """
        self._check_resource(resource)
        now = self.clock.now()
        issued: Issued | None = None
        async with self.db.transaction() as conn:
            found = await store.find_token(conn, token_hash=digest(token), grace=rotation.GRACE)
            if found is not None and found.kind == "refresh" and found.client == client.id:
                following = await self._following(conn, token, found)
                if following is None:
                    await self._end(conn, found.project_id, found.grant_id, why="refresh_reused", actor="system:oauth")
                elif found.expires_at > now and found.resource == self.audience:
                    way, text = following
                    issued = await self._issue(conn, client, found, way=way, refresh=text, scope=scope)
        return _granted(issued)

    async def give_back(self, *, client: Client, token: str) -> None:
        """End what a token stands for, since its app wants no more of it (RFC 7009); others' tokens are left alone."""
        async with self.db.transaction() as conn:
            found = await store.find_token(conn, token_hash=digest(token), grace=rotation.GRACE)
            if found is not None and found.client == client.id:
                actor = f"oauth:{client.id}:{found.grant_id}"
                await self._end(conn, found.project_id, found.grant_id, why="app", actor=actor)

    async def all(self, *, project_id: str) -> list[App]:
        """Return what the project's people allowed apps, newest first, ended and revoked ones included."""
        async with self.db.connection() as conn:
            return await store.list_apps(conn, project_id=project_id)

    async def revoke(self, *, project_id: str, app_id: str, actor: str) -> App:
        """End what an app was allowed, in every process at once; doing it twice changes nothing."""
        async with self.db.transaction() as conn:
            app = await self._end(conn, project_id, app_id, why="person", actor=actor)
        if app is None:
            raise NotFoundError("There is no such app.", remedy="List the connected apps to find its id.")
        return app

    async def authenticate(self, *, token: str) -> Principal:
        """Return for whom an access token speaks; raise UnauthenticatedError, the same for every wrong token.

        A token that was made for another address is wrong here.
        """
        held, epoch, now = digest(token), self.cache.epoch, self.clock.monotonic()
        known = self.cache.find(held, now=now)
        if known is None:
            async with self.db.connection() as conn:
                found = await store.use_access(conn, token_hash=held, resource=self.audience, at=self.clock.now())
            if found is None:
                raise _no_token()
            app, ends_at = found
            known = Principal(
                project_id=app.project_id,
                actor=app.actor,
                scopes=agents.scopes_of(app.grant),
                grant=replace(app.grant, ends_at=min(ends_at, app.grant.ends_at or ends_at)),
                name=app.client_name,
            )
            self.cache.put(held, key_id=app.id, principal=known, epoch=epoch, now=now)
        ends = known.grant.ends_at if known.grant else None
        if ends is None or ends <= self.clock.now():
            raise _no_token()
        return known

    async def sweep(self) -> None:
        """Delete codes and tokens that are over, and apps that nobody let in; a job runs it now and then."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            await store.sweep(conn, at=now, idle=now - IDLE, ended=now - KEPT, grace=rotation.GRACE)
        await self.clients.sweep()

    async def _following(self, conn: Connection, token: str, found: Token) -> tuple[str, str] | None:
        """Return by which way a refresh token is renewed, and its successor; None where it comes again too late.

        A token that comes again gets what stands at the end of its line, and the line never forks: a thief who comes
        within the grace holds the app's own token, and one of the two is found out at the next exchange.
        """
        if found.used_at is None:
            salt = self.ids.random(rotation.SALT_BYTES)
            await store.spend_token(conn, project_id=found.project_id, token_hash=digest(token), salt=salt)
            return "refresh_token", rotation.successor(token, salt=salt)
        for _ in range(rotation.FURTHEST):
            if not found.in_grace or found.salt is None:
                return None
            token = rotation.successor(token, salt=found.salt)
            following = await store.find_token(conn, token_hash=digest(token), grace=rotation.GRACE)
            if following is None or following.used_at is None:
                return "refresh_repeated", token
            found = following
        return None

    async def _issue(
        self, conn: Connection, client: Client, of: Code | Token, *, way: str, refresh: str, scope: str | None = None
    ) -> Issued | None:
        now = self.clock.now()
        app = await store.begin_app(conn, project_id=of.project_id, app_id=of.grant_id, at=now)
        if app is None or app.grant.ends_at is None:
            return None
        if scope is not None and not asks.effects(scope) <= app.grant.effects:
            raise AppRefusedError(
                "More is asked for than was allowed.", remedy="Ask the person anew.", oauth="invalid_scope"
            )
        access = Secret(self.ids.token(ACCESS))
        ends_at = min(now + ACCESS_LIFE, app.grant.ends_at)
        token = Token(
            project_id=app.project_id,
            grant_id=app.id,
            client=client.id,
            kind="access",
            resource=self.audience,
            expires_at=ends_at,
        )
        await store.insert_token(
            conn, project_id=app.project_id, token_hash=digest(access.reveal()), token=token, at=now
        )
        if client.refreshes:
            lasting = replace(token, kind="refresh", expires_at=app.grant.ends_at)
            await store.insert_token(conn, project_id=app.project_id, token_hash=digest(refresh), token=lasting, at=now)
        await self._record(conn, app, events.APP_TOKEN_ISSUED, actor=app.actor, way=way)
        seconds = int((ends_at - now).total_seconds())
        shown = " ".join(effect for effect in EFFECTS if effect in app.grant.effects)
        lasts = Secret(refresh) if client.refreshes else None
        return Issued(access=access, refresh=lasts, seconds=seconds, scope=shown)

    async def _end(self, conn: Connection, project_id: str, app_id: str, *, why: Why, actor: str) -> App | None:
        now = self.clock.now()
        app = await store.revoke_app(conn, project_id=project_id, app_id=app_id, why=why, at=now)
        if app is not None:
            await self.db.notify(conn, agents.CHANNEL, app_id)
            self.cache.drop(app_id)
            if app.revoked_at == now:
                await self._record(conn, app, events.APP_REVOKED, actor=actor, why=why)
        return app

    async def _record(self, conn: Connection, app: App, event: str, *, actor: str, **detail: object) -> None:
        await self.trail.record(
            conn,
            project_id=app.project_id,
            actor=actor,
            event=event,
            subject=app.id,
            detail={"name": app.client_name, "client": app.client, **detail},
        )

    async def _check_accounts(self, project_id: str, grant: AgentGrant) -> None:
        if not grant.accounts:
            return
        query = AccountQuery(
            origin_owner_ids=(grant.owner_id or "",), account_ids=tuple(grant.accounts), limit=_MOST_ACCOUNTS
        )
        found = await self.accounts.list(project_id=project_id, query=query)
        if {one.id for one in found.rows} != grant.accounts:
            raise UnprocessableError(
                "One of the accounts is not the owner's.", remedy="Load the page again and choose from its list."
            )

    def _check_resource(self, resource: str | None) -> None:
        if resource is not None and not asks.is_audience(resource, audience=self.audience):
            raise asks.no_audience(self.audience)


def _fits(verifier: str, challenge: str) -> bool:
    """Tell whether a verifier gives the challenge by S256 (RFC 7636, 4.6)."""
    made = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _granted(issued: Issued | None) -> Issued:
    if issued is None:
        raise AppRefusedError(
            "The code or token is not valid any more, or not for this app.",
            remedy="Ask the person anew: begin with the authorization request.",
            oauth="invalid_grant",
        )
    return issued


def _no_token() -> UnauthenticatedError:
    return UnauthenticatedError(
        "The access token is not valid.", remedy="Refresh it, or ask the person anew for permission."
    )
