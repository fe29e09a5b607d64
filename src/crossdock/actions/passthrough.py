"""Requests that pass through as they are: bytes both ways while they come, read-only by what a request does."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from crossdock.accounts.model import Account
from crossdock.actions import failures, idempotency, peek, proxy, repeats, replay, sending
from crossdock.actions.idempotency import Idempotency, Ticket
from crossdock.actions.model import PLAIN, Manner, ProxyRequest
from crossdock.actions.pacing import Pacer, Turn
from crossdock.actions.proxy import Passage
from crossdock.actions.record import Errand, Record
from crossdock.connectors import effects, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Cause
from crossdock.egress.client import Egress
from crossdock.egress.errors import TransportError
from crossdock.egress.exchange import Reply
from crossdock.egress.stream import Stream
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import CrossdockError, UnprocessableError
from crossdock.projects import policy
from crossdock.projects.model import Principal
from crossdock.tokens.lease import Lease, Leases

_REFUSED: Final = 401
_FAILED: Final = 400
_LONGEST_DOCUMENT: Final = 4 * 1024 * 1024
_SECONDS: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A caller's request: ``target`` is a path with its query; ``content`` comes in as it is read, None for none.

    ``length`` is its number of bytes, where the caller said so.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: AsyncIterable[bytes] | None = None
    length: int | None = None
    manner: Manner = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Passthrough:
    """Sends a caller's own request with the account's live credential."""

    catalogue: Catalogue
    leases: Leases
    egress: Egress
    clock: Clock
    record: Record
    once: Idempotency
    pacer: Pacer

    @asynccontextmanager
    async def open(self, *, principal: Principal, account_id: str, incoming: Incoming) -> AsyncIterator[Stream]:
        """Yield the provider's answer as it comes in, whatever its status.

        After a 401 the credential is renewed once, and what only reads is sent once more. Raises NotFoundError,
        ForbiddenError, InactiveError, CredentialDeadError, UnprocessableError (a document that cannot be judged),
        ProviderFailedError and OutcomeUnknownError (no answer).
        """
        errand = await self._begun(principal, account_id, incoming)
        ticket = _ticket(errand, incoming)
        if ticket is None:
            stream, _ = await self._answered(errand, incoming)
            try:
                yield stream
            except TransportError as error:
                await self._broken_off(errand, error)
                raise
            finally:
                await stream.close()
            return
        kept = await repeats.kept(errand, once=self.once, record=self.record, ticket=ticket)
        if kept is not None:
            yield replay.again(kept)
            return
        try:
            stream, cause = await self._answered(errand, incoming)
        except CrossdockError as error:
            await self.once.failed(ticket=ticket, error=error)
            raise
        copied, copy = replay.copying(stream)
        try:
            yield copied
        except TransportError as error:
            # It was answered, so that it may have been done: the key must not be free for another time.
            await self.once.failed(ticket=ticket, error=await self._broken_off(errand, error))
            raise
        finally:
            await stream.close()
        if failures.undone(cause):
            await self.once.release(ticket=ticket)
        elif copy.whole:
            await self.once.keep(ticket=ticket, kept=copy.kept())

    async def _begun(self, principal: Principal, account_id: str, incoming: Incoming) -> Errand:
        """Begin the call of a request that may be sent; one that is refused leaves its line and raises."""
        policy.require(principal, "proxy")
        account = await self.leases.reached(principal=principal, account_id=account_id)
        try:
            passage = await self._passage(principal, account, incoming)
        except CrossdockError as error:
            unjudged = proxy.unjudged(method=incoming.method, target=incoming.target, manner=incoming.manner)
            self.record.refused(principal=principal, account=account, intent=unjudged, error=error)
            raise
        await self.record.check_effect(principal=principal, account=account, intent=passage.intent)
        errand = self.record.errand(
            principal=principal,
            account=account,
            intent=passage.intent,
            request=passage.request,
            priority=incoming.manner.priority,
        )
        repeats.check_look(errand, record=self.record, manner=incoming.manner)
        return errand

    async def _broken_off(self, errand: Errand, error: TransportError) -> CrossdockError:
        connector = self.catalogue.get(errand.account.connector_key)
        return await self.record.broken_off(errand, connector, error=error)

    async def _answered(self, errand: Errand, incoming: Incoming) -> tuple[Stream, Cause | None]:
        """Wait for the account's turn, and send; once more with a new credential where that may be."""
        account, connector = errand.account, self.catalogue.get(errand.account.connector_key)
        turn, lease = await sending.ready(
            errand, connector=connector, pacer=self.pacer, leases=self.leases, record=self.record, clock=self.clock
        )
        try:
            await self.record.writing(errand)
            stream, cause = await self._sent(errand, lease, incoming, turn)
        finally:
            turn.over(self.clock)
        refusal = _refusal(lease, stream, cause)
        if refusal is None:
            return stream, cause
        await stream.close()
        renewed = await self.leases.lease(
            project_id=account.project_id, account_id=account.id, force_refresh_of=lease.generation
        )
        if errand.intent.effect != "read":
            raise failures.renewed(connector=lease.connector, account_id=account.id, cause=refusal)
        return await self._sent(errand, renewed, incoming, turn)

    async def _passage(self, principal: Principal, account: Account, incoming: Incoming) -> Passage:
        """Judge the request; what decides what it does, or whether it was sent before, is read first."""
        connector = self.catalogue.get(account.connector_key)
        is_read_first = (
            connector.proxy.protocol == "graphql"
            or incoming.manner.once is not None
            or (
                _is_bounded(principal, account)
                and effects.may_be_form(method=incoming.method, headers=incoming.headers)
            )
        )
        body = await _gathered(incoming.content) if is_read_first and incoming.content is not None else None
        return proxy.passage(
            connector=connector,
            environment=connector.environment(account.environment),
            asked=ProxyRequest(
                method=incoming.method,
                target=incoming.target,
                headers=incoming.headers,
                body=body,
                manner=incoming.manner,
            ),
            seconds=_SECONDS,
            coding=incoming.headers.get("accept-encoding", "identity"),
        )

    async def _sent(self, errand: Errand, lease: Lease, incoming: Incoming, turn: Turn) -> tuple[Stream, Cause | None]:
        """Send once and keep its line; a failure's body is read first, since it says what the failure means."""
        authorised = requests.authorise(errand.request, method=lease.method, credential=lease.credential)
        began = self.clock.monotonic()
        try:
            coming = await self.egress.stream(
                authorised,
                origins=lease.origins,
                forms=lease.forms,
                content=None if authorised.body is not None else incoming.content,
                length=incoming.length,
            )
            try:
                stream, reply, cause = await self._judged(errand, lease, coming)
                turn.throttled(connector=lease.connector, reply=reply, cause=cause, clock=self.clock)
                await self.record.answered(errand, lease, reply=reply, cause=cause, began=began)
            except BaseException:
                await coming.close()
                raise
        except TransportError as error:
            raise await self.record.unanswered(errand, lease, error=error, began=began) from error
        return peek.settling(peek.marked(stream, cause), turn=turn, connector=lease.connector), cause

    async def _judged(self, errand: Errand, lease: Lease, stream: Stream) -> tuple[Stream, Reply, Cause | None]:
        """Look at the first bytes where they say how it went, and give them back in front of the rest."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in stream.headers}
        head = Reply(status=stream.status, headers=headers, body=b"", url=errand.request.url)
        if stream.status < _FAILED and lease.connector.proxy.protocol != "graphql":
            return stream, head, None
        beginning = await peek.beginning(stream)
        judged = peek.failure if stream.status >= _FAILED else peek.success
        return beginning.stream, *judged(beginning, head=head, connector=lease.connector)


def _is_bounded(principal: Principal, account: Account) -> bool:
    """Tell whether something that a form could say it does is not allowed."""
    return principal.grant is not None or "destructive" not in account.effects


def _ticket(errand: Errand, incoming: Incoming) -> Ticket | None:
    sent = errand.request
    return idempotency.ticket(
        principal=errand.principal,
        account_id=errand.account.id,
        key=incoming.manner.once,
        intent=errand.intent,
        request=[sent.method, sent.url, sent.body],
        call_id=errand.id,
    )


def _refusal(lease: Lease, stream: Stream, cause: Cause | None) -> Cause | None:
    """Return why the provider refused a credential that can be renewed, None where it did not."""
    if lease.method.lifecycle == "static" or stream.status != _REFUSED:
        return None
    return cause if cause is not None and cause.verdict == "dead" else None


async def _gathered(content: AsyncIterable[bytes]) -> bytes:
    body = bytearray()
    async for chunk in content:
        body += chunk
        if len(body) > _LONGEST_DOCUMENT:
            raise UnprocessableError(
                "The document is too long to be judged.", remedy="Send a document of at most 4 MiB."
            )
    return bytes(body)
