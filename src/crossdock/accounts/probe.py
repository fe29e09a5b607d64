"""A probe: least-privilege reads that show whether a credential works, whose it is, and what it may do.

A probe never refreshes and never rotates: it spends nothing but requests.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from crossdock.accounts.health import ProbeOutcome, ProbeResult
from crossdock.connectors import replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Cause, Connector, Depth, Environment, ProbeStep
from crossdock.connectors.replies import Finding
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Reply
from crossdock.egress.redact import redact, without
from crossdock.kernel.clock import Clock
from crossdock.kernel.secret import Secret

__all__ = ["Issued", "ProbeResult", "Prober"]

Issued = Literal["before", "just_now"]
OnFinding = Callable[[Finding], Awaitable[None]]

_BODY_SHOWN: Final = 2000
_FAULT: Final = 500
_LONGEST_SPACING: Final = 2.0
_OUTCOMES: Final[Mapping[str, ProbeOutcome]] = {"dead": "dead", "suspended": "suspended", "scope": "scope"}
_REFUSED: Final = frozenset({"dead", "suspended"})


@dataclass(frozen=True, slots=True)
class _Step:
    """One step with its reply, where there was one, and what that showed."""

    key: str
    finding: Finding
    reply: Reply | None

    @property
    def verdict(self) -> str:
        """What the reply says of the credential; ``taken`` where it was accepted."""
        cause = self.finding.cause
        return "taken" if cause is None else cause.verdict or "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """Runs the probe that a connector declares; ``seconds`` is the longest that one request of it may take."""

    catalogue: Catalogue
    egress: Egress
    clock: Clock
    seconds: float = 15.0

    async def run(
        self,
        *,
        connector: Connector,
        method: AuthMethod,
        environment: Environment,
        credential: Mapping[str, Secret],
        depth: Depth,
        issued: Issued = "before",
        on_finding: OnFinding | None = None,
    ) -> ProbeResult:
        """Ask the provider step by step until one says no; ``issued`` tells whether the token is brand new.

        A refusal of a fresh token has another cause than that of an old one: the account, not the token.
        """
        steps = requests.probe_requests(connector=connector, method=method, environment=environment, depth=depth)
        taken: list[_Step] = []
        waited = 0.0
        for step in steps:
            if step.instead_of is not None and not _broke(taken, step.instead_of):
                continue
            await asyncio.sleep(waited)
            waited = min(1 / (environment.limits.per_second or math.inf), _LONGEST_SPACING)
            found = await self._ask(connector, method, environment, credential, step)
            taken = [*taken, found]
            if on_finding is not None:
                await on_finding(found.finding)
            if found.verdict in _REFUSED:
                break
        return _summary(connector, taken, issued)

    async def _ask(
        self,
        connector: Connector,
        method: AuthMethod,
        environment: Environment,
        credential: Mapping[str, Secret],
        step: ProbeStep,
    ) -> _Step:
        request = requests.probe_request(step=step, connector=connector, environment=environment)
        request = requests.authorise(request, method=method, credential=credential)
        try:
            answered = await self.egress.send(replace(request, timeout=self.seconds), origins=connector.origins())
        except TransportError as error:
            cause = replies.transport_cause(connector=connector, kind=error.kind)
            return _Step(step.key, replies.no_finding(step=step, cause=cause), None)
        reply = without(answered, credential.values())
        return _Step(step.key, replies.probe_finding(connector=connector, step=step, reply=reply), reply)


def _broke(taken: Sequence[_Step], key: str) -> bool:
    """Tell whether the provider has a fault at this step: busy or silent is no fault, and asking later names more."""
    return any(
        step.key == key and step.verdict == "weather" and step.reply is not None and step.reply.status >= _FAULT
        for step in taken
    )


def _summary(connector: Connector, taken: Sequence[_Step], issued: Issued) -> ProbeResult:
    """Put the steps together: one refusal decides; else a named acceptance; else a missing scope; else weather."""
    decisive = _decisive(taken)
    cause = decisive.finding.cause
    if cause is not None and issued == "just_now":
        cause = replies.if_fresh(connector=connector, cause=cause)
    identities = [step.finding.identity for step in taken if step.finding.identity is not None]
    named = [one for one in identities if one.id] or identities
    found = frozenset(scope for step in taken for scope in step.finding.scopes_found)
    missing = frozenset(scope for step in taken for scope in step.finding.scopes_missing)
    reply = decisive.reply
    return ProbeResult(
        outcome=_outcome(cause),
        cause=cause,
        identity=named[0] if named else None,
        scopes_found=found,
        scopes_missing=missing - found,
        provider_status=reply.status if reply else None,
        provider_body=redact(reply.text()[: 2 * _BODY_SHOWN])[:_BODY_SHOWN] if reply and cause else None,
    )


def _decisive(taken: Sequence[_Step]) -> _Step:
    """Return the step that tells how it stands: an acceptance counts for most only where somebody said who it is."""
    named = any(step.finding.identity is not None for step in taken)
    rest = ({"taken"}, {"scope"}, {"weather"}) if named else ({"scope"}, {"weather"}, {"taken"})
    for wanted in (_REFUSED, *rest):
        for step in taken:
            if step.verdict in wanted:
                return step
    return taken[-1]


def _outcome(cause: Cause | None) -> ProbeOutcome:
    """Return the outcome; what proves neither life nor death counts as weather."""
    if cause is None:
        return "alive"
    return _OUTCOMES.get(cause.verdict or "", "weather")
