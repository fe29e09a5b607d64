"""Connect sessions: who may link what, until when, and what is on offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from crossdock.accounts.integrations import Integrations, offered
from crossdock.accounts.model import Account, Integration
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, InvalidRequestError, NotFoundError, UnauthenticatedError
from crossdock.kernel.ids import Ids, digest
from crossdock.kernel.secret import Secret
from crossdock.linking import store
from crossdock.linking.session import (
    DEFAULT_LIFE,
    LONGEST_LIFE,
    Attempt,
    ConnectSession,
    Offer,
    SessionExpiredError,
    SessionRequest,
)
from crossdock.projects import origins
from crossdock.projects.model import Principal
from crossdock.projects.service import Projects


@dataclass(frozen=True, slots=True)
class Created:
    """A new connect session, its token, shown this once, and the address of its hosted page."""

    session: ConnectSession
    token: Secret
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens connect sessions and says what each of them may link."""

    db: Database
    clock: Clock
    ids: Ids
    catalogue: Catalogue
    accounts: Accounts
    integrations: Integrations
    projects: Projects
    trail: Trail
    hub_url: str

    async def create(self, *, principal: Principal, request: SessionRequest) -> Created:
        """Open a connect session; its token goes to the person who links, and nowhere else."""
        await self._check_request(principal.project_id, request)
        token = self.ids.token("cs")
        async with self.db.transaction() as conn:
            request = await self._aimed(conn, project_id=principal.project_id, request=request)
            session = await store.insert_session(
                conn,
                project_id=principal.project_id,
                token_hash=digest(token),
                request=request,
                created_by=principal.actor,
                now=self.clock.now(),
            )
            await self.trail.record(
                conn,
                project_id=principal.project_id,
                actor=principal.actor,
                event=events.SESSION_CREATED,
                subject=f"connect_session:{session.id}",
                detail={"origin_owner_id": request.origin_owner_id, "provider": request.provider},
            )
        return Created(session, Secret(token), f"{self.hub_url}/link/{token}")

    async def authenticate(self, *, token: str) -> ConnectSession:
        """Return the session of a token; raise where it is unknown, or its time is over."""
        async with self.db.connection() as conn:
            session = await store.session_by_token(conn, token_hash=digest(token))
        if session is None or session.revoked_at is not None:
            raise UnauthenticatedError(
                "This link is not known here.", remedy="Ask the app that sent you here for a new link."
            )
        if session.expires_at <= self.clock.now():
            raise SessionExpiredError(
                "This link's time is over.", remedy="Go back to the app that sent you here and start again."
            )
        return session

    async def get(self, *, project_id: str, session_id: int) -> ConnectSession:
        """Return a session of the project by its number, expired or not."""
        async with self.db.connection() as conn:
            session = await store.get_session(conn, project_id=project_id, session_id=session_id)
        if session is None:
            raise NotFoundError("There is no such connect session.", remedy="Create one: POST /connect_sessions.")
        return session

    async def of_token(self, *, token: str) -> ConnectSession | None:
        """Return the session of a token whether or not its time is over, for the page that says so."""
        async with self.db.connection() as conn:
            return await store.session_by_token(conn, token_hash=digest(token))

    async def renew(self, *, token: str) -> ConnectSession:
        """Give an expired session that a person of the project opened in the dashboard another half hour."""
        session = await self.of_token(token=token)
        held = session is not None and session.revoked_at is None and session.finished_at is None
        if session is None or not held or session.channel == "embedded":
            raise SessionExpiredError(
                "This link cannot be continued.", remedy="Go back to the app that sent you here and start again."
            )
        now = self.clock.now()
        if now - session.expires_at > LONGEST_LIFE:
            raise SessionExpiredError("This link is too old to continue.", remedy="Ask for a new link.")
        async with self.db.transaction() as conn:
            await store.extend_session(
                conn, project_id=session.project_id, session_id=session.id, expires_at=now + DEFAULT_LIFE
            )
            await self.trail.record(
                conn,
                project_id=session.project_id,
                actor=session.actor,
                event=events.SESSION_RENEWED,
                subject=f"connect_session:{session.id}",
                detail={},
            )
        return replace(session, expires_at=now + DEFAULT_LIFE)

    async def origins(self, *, session: ConnectSession) -> frozenset[str]:
        """Return where the session may send people back to: its own origins or else the project's, and the hub's."""
        return await self._origins(session.project_id, session.allowed_origins)

    def check_unused(self, *, session: ConnectSession) -> None:
        """Raise ConflictError where a link that was sent to somebody has linked its account: it works once.

        Its pages stay open to show the receipt, also when the time is over; nothing more is linked by then. A session
        embedded in an app goes on until that: the official hub component links several accounts, and links one again,
        within one session.
        """
        once = session.channel == "hosted" and not session.multiple
        if session.finished_at is not None and (once or session.expires_at <= self.clock.now()):
            raise ConflictError(
                "This link has been used: its account is linked.",
                remedy="Ask the app that sent you here for a new link to connect something else.",
                code="link_used",
            )

    async def linked(self, *, session: ConnectSession) -> Attempt | None:
        """Return the attempt by which the session has linked its account, the newest of several, None before."""
        async with self.db.connection() as conn:
            return await store.linked_attempt(conn, project_id=session.project_id, session_id=session.id)

    async def offers(self, *, session: ConnectSession) -> list[Offer]:
        """Return what the session may link, narrowed by provider, profile or account.

        Where it names no profile, each way of linking has one: the account's own, else the project's default.
        """
        account = await self.existing_account(session=session)
        held = await self.integrations.list(project_id=session.project_id)
        own = session.integration_id or (account.integration_id if account else None)
        found: list[Offer] = []
        for integration in offered(held, own=own):
            connector = self.catalogue.get(integration.connector_key)
            wanted = (
                (session.provider in {None, connector.key})
                and (session.integration_id in {None, integration.id})
                and (account is None or account.connector_key == connector.key)
            )
            if wanted:
                method = connector.auth_method(integration.auth_method)
                found.append(Offer(integration.id, integration.name, connector, method))
        return found

    async def existing_account(self, *, session: ConnectSession) -> Account | None:
        """Return the account that the session relinks, if any."""
        if session.account_id is None:
            return None
        return await self.accounts.get(project_id=session.project_id, account_id=session.account_id)

    async def integration(
        self, *, session: ConnectSession, integration_id: str
    ) -> tuple[Integration, Connector, AuthMethod]:
        """Return an integration that this session offers, with its connector and method."""
        for offer in await self.offers(session=session):
            if offer.integration_id == integration_id:
                integration = await self.integrations.get(project_id=session.project_id, integration_id=integration_id)
                return integration, offer.connector, offer.method
        raise NotFoundError("This link does not offer that.", remedy="Go back and choose from the list.")

    async def _check_request(self, project_id: str, request: SessionRequest) -> None:
        if not timedelta(seconds=1) <= request.life <= LONGEST_LIFE:
            raise InvalidRequestError(
                "`expires_in` is out of range.", remedy="Give seconds between 1 and 2592000 (30 days)."
            )
        if request.provider is not None:
            self.catalogue.get(request.provider)
        if request.integration_id is not None:
            await self.integrations.get(project_id=project_id, integration_id=request.integration_id)
        origins.check(request.allowed_origins)
        allowed = await self._origins(project_id, request.allowed_origins)
        if request.return_url is not None and not origins.leads_to(request.return_url, allowed=allowed):
            raise InvalidRequestError(
                "The `return_url` is not of an origin that this session allows.",
                remedy="Name its origin in `allowed_origins`, or among the project's allowed origins on the dashboard.",
            )

    async def _origins(self, project_id: str, named: Sequence[str]) -> frozenset[str]:
        project = await self.projects.get_project(project_id=project_id)
        return frozenset((*(named or project.allowed_origins), origins.origin_of(self.hub_url) or self.hub_url))

    async def _aimed(self, conn: Connection, *, project_id: str, request: SessionRequest) -> SessionRequest:
        """Point the session at the account it relinks: the one named, or the owner's own with that provider."""
        if request.account_id is not None:
            account = await self.accounts.get(project_id=project_id, account_id=request.account_id)
            return replace(request, provider=account.connector_key, effects=request.effects | account.effects)
        if request.multiple == "one" and request.provider is not None:
            found = await self.accounts.of_owner(
                conn,
                project_id=project_id,
                origin_owner_id=request.origin_owner_id,
                origin_owner_name=request.origin_owner_name,
                connector_key=request.provider,
            )
            if found is not None:
                return replace(request, account_id=found.id, effects=request.effects | found.effects)
        return request
