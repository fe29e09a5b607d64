"""OAuth linking: state bound to one browser and used once, PKCE, exact redirect, and the issuer where promised.

RFC 6749 (authorization code), RFC 7636 (PKCE, S256 only), RFC 9207 (`iss`), RFC 9700 (best current practice).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossdock.accounts.integrations import Integrations
from crossdock.accounts.model import Integration
from crossdock.accounts.service import Accounts
from crossdock.connectors import auth
from crossdock.connectors.auth import TokenRefused, Tokens
from crossdock.connectors.choice import wire_scopes
from crossdock.connectors.model import AuthMethod, Connector, Effect
from crossdock.connectors.replies import transport_cause
from crossdock.db.pool import Connection, Database
from crossdock.egress.client import Egress, TransportError
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ConflictError, InvalidRequestError, NotFoundError
from crossdock.kernel.ids import Ids, digest, fingerprint
from crossdock.kernel.points import reach
from crossdock.kernel.secret import Secret
from crossdock.linking import decisions, store
from crossdock.linking.service import Linking
from crossdock.linking.session import OAUTH_LIFE, Attempt, ConnectSession, closed, fresh_checklist, marked
from crossdock.linking.sessions import Sessions
from crossdock.projects.origins import leads_to

_ONCE = ("code", "state", "iss", "error")


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the browser, and the binding that it must bring back in a cookie."""

    attempt: Attempt
    authorize_url: str = field(repr=False)
    cookie: str
    binding: Secret


@dataclass(frozen=True, slots=True)
class Finished:
    """The attempt after the provider's answer, and the page to show next."""

    attempt: Attempt
    location: str


@dataclass(frozen=True, slots=True)
class _Grant:
    """What a code is exchanged with."""

    integration: Integration
    connector: Connector
    method: AuthMethod
    code: Secret
    verifier: Secret

    @property
    def environment(self) -> str:
        """The key of the environment that the tokens are for."""
        return self.integration.environment or self.method.environments[0]


@dataclass(frozen=True, slots=True)
class OAuth:
    """Sends a person to the provider and takes the answer back in."""

    db: Database
    clock: Clock
    ids: Ids
    accounts: Accounts
    integrations: Integrations
    egress: Egress
    sessions: Sessions
    linking: Linking
    hub_url: str

    async def start(
        self,
        *,
        session: ConnectSession,
        integration_id: str,
        effects: frozenset[Effect],
        attempt_id: str | None = None,
        redirect_uri: str | None = None,
    ) -> Started:
        """Begin an authorization; ``redirect_uri`` is the app's own page to end on, of an origin the session allows."""
        self.sessions.check_unused(session=session)
        integration, connector, method = await self.sessions.integration(session=session, integration_id=integration_id)
        if method.kind != "oauth2":
            raise InvalidRequestError("This way of linking does not use OAuth.", remedy="Fill in the form instead.")
        await self._check_return(session, redirect_uri)
        state, binding, verifier = self.ids.token("st"), self.ids.token("bd"), self.ids.token("pk", 48)
        chosen = session.effects if session.effects_locked else effects
        values = {"integration_id": integration.id, "effects": chosen, "redirect_uri": redirect_uri}
        async with self.db.transaction() as conn:
            client = await self.integrations.client(conn, project_id=session.project_id, integration_id=integration.id)
            attempt = await self._opened(conn, session, attempt_id, values)
            await store.put_state(
                conn,
                project_id=session.project_id,
                attempt_id=attempt.id,
                state_hash=digest(state),
                binding_hash=digest(binding),
                code_verifier=verifier,
                expires_at=self.clock.now() + OAUTH_LIFE,
            )
            reach("linking.oauth.started")
        url = auth.authorize_url(
            connector=connector,
            method=method,
            environment=connector.environment(integration.environment or method.environments[0]),
            client_id=client["client_id"].reveal(),
            redirect_uri=self.callback_url(connector.key),
            state=state,
            code_challenge=challenge(verifier),
            scopes=wire_scopes(connector=connector, scopes=integration.scopes, otherwise=method.scopes),
        )
        return Started(attempt, url, cookie_of(state), Secret(binding))

    async def open_attempt(self, *, session: ConnectSession) -> Attempt:
        """Keep an attempt that a popup will take up."""
        async with self.db.connection() as conn:
            return await self._opened(conn, session, None, {"effects": session.effects})

    async def finish(
        self,
        *,
        provider: str,
        params: Sequence[tuple[str, str]],
        cookies: Mapping[str, str],
    ) -> Finished:
        """Take the provider's answer: check it, exchange the code, hold the tokens and test them.

        An authorization that ran in an app's own window is confirmed at once; on the hub's pages a person confirms it.
        """
        values = _single(params)
        attempt, verifier = await self._taken(values, cookies.get(cookie_of(values.get("state", ""))))
        reach("linking.oauth.state_taken")
        session = await self.sessions.get(project_id=attempt.project_id, session_id=attempt.session_id)
        integration, connector, method = await self.sessions.integration(
            session=session, integration_id=attempt.integration_id or ""
        )
        spoilt = _spoilt(values, mixed_up=connector.key != provider, promised=method.issuer)
        if spoilt is not None:
            return await self._failed(session, attempt, spoilt)
        grant = _Grant(integration, connector, method, Secret(values["code"]), Secret(verifier))
        try:
            tokens = await self._exchange(session, grant)
        except TransportError as error:
            return await self._failed(session, attempt, transport_cause(connector=connector, kind=error.kind).key)
        except TokenRefused as refused:
            # What a connector says of a dead grant is about renewing; here a code was refused that nobody has kept.
            cause = "oauth_code" if refused.cause.verdict == "dead" else refused.cause.key
            return await self._failed(session, attempt, cause)
        reach("linking.oauth.exchanged")
        attempt, candidate_id = await self._held(session, attempt, grant, tokens)
        reach("linking.oauth.held")
        attempt = await self.linking.start_test(
            session=session,
            attempt=attempt,
            integration=integration,
            candidate=candidate_id,
            test="background" if attempt.redirect_uri is None else "wait",
        )
        if attempt.redirect_uri is not None and attempt.status == "confirm":
            attempt = await self._confirmed(session, attempt)
        return Finished(attempt, self.location(session, attempt))

    def callback_url(self, provider: str) -> str:
        """Return the address to register at the provider."""
        return f"{self.hub_url}/connect/oauth2/{provider}/callback"

    def location(self, session: ConnectSession, attempt: Attempt) -> str:
        """Return the page that shows the attempt: the app's own where it named one, else the hub's."""
        return attempt.redirect_uri or f"{self.hub_url}/link/s/{session.id}/attempts/{attempt.id}"

    async def _opened(
        self, conn: Connection, session: ConnectSession, attempt_id: str | None, values: Mapping[str, Any]
    ) -> Attempt:
        """Return the pending attempt that a popup announced, or a new one."""
        now = self.clock.now()
        if attempt_id is not None:
            announced = await store.lock_attempt(conn, project_id=session.project_id, attempt_id=attempt_id)
            if announced is None or announced.session_id != session.id or announced.status != "pending":
                raise NotFoundError("There is no such attempt.", remedy="Close the window and start again.")
            taken_up = await store.update_attempt(
                conn,
                project_id=session.project_id,
                attempt_id=attempt_id,
                values=values,
                now=now,
                only_in=("pending",),
            )
            return taken_up or announced
        return await store.insert_attempt(
            conn,
            project_id=session.project_id,
            attempt_id=self.ids.new("att"),
            session_id=session.id,
            values={**values, "status": "pending", "checklist": fresh_checklist()},
            now=now,
            expires_at=now + OAUTH_LIFE,
        )

    async def _taken(self, values: Mapping[str, str], binding: str | None) -> tuple[Attempt, str]:
        """Use the state up; raise where it is unknown, spent, too old, or another browser's."""
        taken = None
        if binding and values.get("state"):
            async with self.db.transaction() as conn:
                taken = await store.take_state(
                    conn,
                    state_hash=digest(values["state"]),
                    binding_hash=digest(binding),
                    now=self.clock.now(),
                )
        if taken is None:
            raise InvalidRequestError(
                "This answer does not belong to a sign-in that was started here.",
                remedy="Start linking again, in one window, and finish within ten minutes.",
                code="oauth_state",
            )
        return taken

    async def _exchange(self, session: ConnectSession, grant: _Grant) -> Tokens:
        async with self.db.connection() as conn:
            client = await self.integrations.client(
                conn, project_id=session.project_id, integration_id=grant.integration.id
            )
        request = auth.exchange_request(
            connector=grant.connector,
            method=grant.method,
            environment=grant.connector.environment(grant.environment),
            client=client,
            code=grant.code,
            code_verifier=grant.verifier,
            redirect_uri=self.callback_url(grant.connector.key),
        )
        reply = await self.egress.send(request, origins=grant.connector.origins())
        return auth.parse_tokens(connector=grant.connector, method=grant.method, reply=reply, now=self.clock.now())

    async def _held(
        self, session: ConnectSession, attempt: Attempt, grant: _Grant, tokens: Tokens
    ) -> tuple[Attempt, str]:
        """Seal the tokens as a candidate and move the attempt on to its test, together."""
        async with self.db.transaction() as conn:
            candidate_id = await self.accounts.hold_tokens(
                conn,
                project_id=session.project_id,
                attempt_id=attempt.id,
                environment=grant.environment,
                tokens=tokens,
            )
            moved = await store.update_attempt(
                conn,
                project_id=session.project_id,
                attempt_id=attempt.id,
                values={
                    "status": "testing",
                    "candidate_id": candidate_id,
                    "checklist": marked(fresh_checklist(), "format", "ok"),
                },
                now=self.clock.now(),
                only_in=("pending",),
            )
        return moved or attempt, candidate_id

    async def _confirmed(self, session: ConnectSession, attempt: Attempt) -> Attempt:
        """Confirm without asking; where the provider's account is another one, the attempt says so."""
        chosen = decisions.unasked(session)
        try:
            await self.linking.confirm(session=session, attempt_id=attempt.id, on_conflict=chosen)
        except ConflictError as conflict:
            return (await self._failed(session, attempt, conflict.error_code)).attempt
        return await self.linking.get_attempt(session=session, attempt_id=attempt.id)

    async def _failed(self, session: ConnectSession, attempt: Attempt, cause: str) -> Finished:
        async with self.db.connection() as conn:
            settled = await store.update_attempt(
                conn,
                project_id=session.project_id,
                attempt_id=attempt.id,
                values={
                    "status": "error",
                    "cause": cause,
                    "checklist": closed(marked(fresh_checklist(), "accepted", "failed")),
                },
                now=self.clock.now(),
                only_in=("pending", "testing", "confirm"),
            )
        attempt = settled or attempt
        return Finished(attempt, self.location(session, attempt))

    async def _check_return(self, session: ConnectSession, redirect_uri: str | None) -> None:
        """Raise unless the app's page is of an allowed origin; an address with a fragment is none (RFC 6749, 3.1.2)."""
        if redirect_uri is None:
            return
        allowed = await self.sessions.origins(session=session)
        if "#" in redirect_uri or not leads_to(redirect_uri, allowed=allowed):
            raise InvalidRequestError(
                "The `redirect_uri` is of an origin that this session does not allow.",
                remedy="Give the component Crossdock's address as its app URL, or add the origin in the dashboard.",
            )


def _spoilt(values: Mapping[str, str], *, mixed_up: bool, promised: str | None) -> str | None:
    """Return the cause for which the provider's answer cannot be used, or None."""
    if mixed_up or (
        promised is not None and not hmac.compare_digest(values.get("iss", "").encode(), promised.encode())
    ):
        return "oauth_mixed_up"
    if values.get("error") == "access_denied":
        return "oauth_denied"
    return "oauth_error" if "error" in values or not values.get("code") else None


def cookie_of(state: str) -> str:
    """Return the name of the cookie that binds a state to a browser, one for each authorization under way."""
    return f"crossdock_oauth_{fingerprint(state)}"


def challenge(verifier: str) -> str:
    """Return the S256 code challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _single(params: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters by name; one that matters and comes twice spoils the whole answer."""
    names = [name for name, _ in params]
    if any(names.count(name) > 1 for name in _ONCE):
        raise InvalidRequestError(
            "The provider's answer names a parameter twice.", remedy="Start linking again.", code="oauth_state"
        )
    return dict(params)
