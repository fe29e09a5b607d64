"""Requests of agents for an account: made, shown, followed or declined.

The link that an agent holds opens the connect session once, for the first person who follows it: whatever that person
then sees and types is out of the agent's reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crossdock.accounts.model import AccountQuery
from crossdock.accounts.service import Accounts
from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.connectors.catalogue import Catalogue
from crossdock.db.pool import Connection, Database
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import NotFoundError
from crossdock.kernel.ids import Ids, digest
from crossdock.linking import asking, request_store, store
from crossdock.linking.asking import Answered, Asked, LinkRequest, Listed, Standing
from crossdock.linking.session import Channel, SessionRequest
from crossdock.linking.sessions import Created, Sessions
from crossdock.projects.model import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequests:
    """Takes agents' requests to people."""

    db: Database
    clock: Clock
    ids: Ids
    catalogue: Catalogue
    accounts: Accounts
    sessions: Sessions
    trail: Trail
    hub_url: str

    async def create(self, *, principal: Principal, connector: str, reason: object) -> Asked:
        """Make a request and the link for a person; raise where the agent may not ask, or asks too often."""
        _, owner_id = asking.grant_of(principal)
        said, key = asking.reason_of(reason), self.catalogue.get(connector).key
        now, token = self.clock.now(), self.ids.token("lr")
        request = LinkRequest(
            id=self.ids.new("lrq"),
            project_id=principal.project_id,
            holder=principal.actor,
            agent_name=principal.name or principal.actor,
            owner_id=owner_id,
            owner_name=await self._owner_name(principal.project_id, owner_id),
            connector_key=key,
            reason=said,
            created_at=now,
            expires_at=now + asking.LIFE,
        )
        async with self.db.transaction() as conn:
            waiting = await request_store.count_open(
                conn, project_id=principal.project_id, holder=principal.actor, at=now
            )
            if waiting >= asking.MOST_OPEN:
                raise asking.too_many()
            await request_store.insert_request(
                conn, project_id=principal.project_id, token_hash=digest(token), request=request
            )
            await self._record(conn, request, events.LINK_REQUESTED, actor=request.holder)
        return Asked(request=request, url=f"{self.hub_url}/link/asked/{token}")

    async def answered(self, *, principal: Principal, request_id: str) -> Answered:
        """Return how one of the agent's own requests stands; raise NotFoundError for any other."""
        found = await self._find(principal.project_id, request_id, holder=principal.actor)
        if found is None:
            raise NotFoundError("There is no such request of yours.", remedy="Ask for the account anew.")
        status = asking.STANDINGS[found.standing]
        return Answered(request_id=found.request.id, status=status, account_id=found.account_id)

    async def withdraw(self, *, principal: Principal, request_id: str) -> None:
        """Note that the person declined in the agent's own program, where the link was offered."""
        found = await self._find(principal.project_id, request_id, holder=principal.actor)
        if found is not None:
            await self._decline(found.request, actor=found.request.holder)

    async def of_token(self, *, token: str) -> LinkRequest:
        """Return the request of a link that nobody has answered yet; raise UnauthenticatedError."""
        async with self.db.connection() as conn:
            request = await request_store.find_request(conn, token_hash=digest(token))
        is_open = request is not None and request.opened_at is None and request.declined_at is None
        if request is None or not is_open or request.expires_at <= self.clock.now():
            raise asking.not_there()
        return request

    async def open(self, *, token: str) -> Created:
        """Open the connect session of a link, once; raise UnauthenticatedError the second time."""
        request = await self.of_token(token=token)
        holder = Principal(project_id=request.project_id, actor=request.holder, scopes=frozenset())
        created = await self._open(request, holder, channel="hosted", actor="system:link")
        if created is None:
            raise asking.not_there()
        return created

    async def list(
        self, *, project_id: str, standing: Standing | None, limit: int, offset: int
    ) -> tuple[Sequence[Listed], int]:
        """Return the project's requests, newest first, of one standing or of all, and how many there are."""
        now = self.clock.now()
        async with self.db.connection() as conn:
            total = await request_store.count_requests(conn, project_id=project_id, standing=standing, at=now)
            rows = await request_store.list_requests(
                conn, project_id=project_id, standing=standing, at=now, limit=limit, offset=offset
            )
        return rows, total

    async def waiting(self, *, project_id: str) -> int:
        """Return how many requests nobody has opened or answered yet."""
        async with self.db.connection() as conn:
            return await request_store.count_requests(conn, project_id=project_id, standing="open", at=self.clock.now())

    async def follow(self, *, principal: Principal, request_id: str) -> Created:
        """Open the connect session for a person of the project in place of whoever has the link.

        Raise NotFoundError, or ConflictError where the request has been opened or answered, or is over.
        """
        found = await self._known(principal.project_id, request_id)
        created = await self._open(found.request, principal, channel="dashboard", actor=principal.actor)
        if created is None:
            raise asking.answered()
        return created

    async def dismiss(self, *, project_id: str, request_id: str, actor: str) -> LinkRequest:
        """Decline for the project, and take back the session of whoever has opened the link but linked nothing.

        Raise NotFoundError, or ConflictError where the request is answered or over.
        """
        await self._known(project_id, request_id)
        now = self.clock.now()
        async with self.db.transaction() as conn:
            request = await request_store.withdraw_request(conn, project_id=project_id, request_id=request_id, at=now)
            if request is None:
                raise asking.answered()
            if request.session_id is not None:
                await store.revoke_session(conn, project_id=project_id, session_id=request.session_id, now=now)
            await self._record(conn, request, events.LINK_DECLINED, actor=actor)
        return request

    async def decline(self, *, token: str) -> LinkRequest:
        """Note that a person does not want it; raise UnauthenticatedError where it was answered before."""
        request = await self.of_token(token=token)
        if not await self._decline(request, actor="system:link"):
            raise asking.not_there()
        return request

    async def sweep(self) -> None:
        """Delete requests that ended a month ago; a job runs it now and then."""
        async with self.db.connection() as conn:
            await request_store.sweep_requests(conn, before=self.clock.now() - asking.KEPT)

    async def _find(self, project_id: str, request_id: str, *, holder: str | None = None) -> Listed | None:
        async with self.db.connection() as conn:
            return await request_store.get_request(
                conn, project_id=project_id, request_id=request_id, holder=holder, at=self.clock.now()
            )

    async def _known(self, project_id: str, request_id: str) -> Listed:
        found = await self._find(project_id, request_id)
        if found is None:
            raise NotFoundError("There is no such request.", remedy="Load the list again; old requests are deleted.")
        return found

    async def _open(
        self, request: LinkRequest, principal: Principal, *, channel: Channel, actor: str
    ) -> Created | None:
        """Open the session of a request; None where somebody else has opened or answered it."""
        now = self.clock.now()
        async with self.db.transaction() as conn:
            if not await request_store.open_request(conn, project_id=request.project_id, request_id=request.id, at=now):
                return None
            await self._record(conn, request, events.LINK_OPENED, actor=actor)
        created = await self.sessions.create(
            principal=principal,
            request=SessionRequest(
                origin_owner_id=request.owner_id,
                origin_owner_name=request.owner_name,
                provider=request.connector_key,
                multiple="another",
                channel=channel,
            ),
        )
        session_id = created.session.id
        async with self.db.transaction() as conn:
            is_wanted = await request_store.attach_session(
                conn, project_id=request.project_id, request_id=request.id, session_id=session_id
            )
            if not is_wanted:
                await store.revoke_session(conn, project_id=request.project_id, session_id=session_id, now=now)
        return created if is_wanted else None

    async def _decline(self, request: LinkRequest, *, actor: str) -> bool:
        async with self.db.transaction() as conn:
            declined = await request_store.decline_request(
                conn, project_id=request.project_id, request_id=request.id, at=self.clock.now()
            )
            if declined:
                await self._record(conn, request, events.LINK_DECLINED, actor=actor)
        return declined

    async def _owner_name(self, project_id: str, owner_id: str) -> str:
        query = AccountQuery(origin_owner_ids=(owner_id,), limit=1)
        found = await self.accounts.list(project_id=project_id, query=query)
        return found.rows[0].origin_owner_name if found.rows else owner_id

    async def _record(self, conn: Connection, request: LinkRequest, event: str, *, actor: str) -> None:
        await self.trail.record(
            conn,
            project_id=request.project_id,
            actor=actor,
            event=event,
            subject=request.id,
            detail={"connector": request.connector_key, "owner_id": request.owner_id, "agent": request.agent_name},
        )
