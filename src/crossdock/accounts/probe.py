"""A probe: least-privilege reads that show whether a credential works, whose it is, and what it may do.

A probe never refreshes and never rotates: it spends nothing but requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from crossdock.accounts.health import ProbeOutcome, ProbeResult
from crossdock.accounts.model import Identity
from crossdock.connectors import replies, requests
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Cause, Connector, Depth, Environment, ProbeStep
from crossdock.connectors.replies import Finding
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Reply
from crossdock.egress.redact import redact
from crossdock.kernel.clock import Clock
from crossdock.kernel.secret import Secret

__all__ = ["Prober", "ProbeResult", "Token"]

Token = Literal["held", "fresh"]
OnFinding = Callable[[Finding], Awaitable[None]]

_BODY_SHOWN: Final = 2000
_LONGEST_SPACING: Final = 2.0
_OUTCOMES: Final[Mapping[str, ProbeOutcome]] = {"dead": "dead", "suspended": "suspended", "weather": "weather"}


@dataclass(frozen=True, slots=True)
class _Step:
    """One step with its reply, where there was one, and what that showed."""

    finding: Finding
    reply: Reply | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prober:
    """Runs the probe that a connector declares."""

    catalogue: Catalogue
    egress: Egress
    clock: Clock

    async def run(
        self,
        *,
        connector: Connector,
        method: AuthMethod,
        environment: Environment,
        credential: Mapping[str, Secret],
        depth: Depth,
        token: Token = "held",  # noqa: S107 - how the token was come by, not a token
        on_finding: OnFinding | None = None,
    ) -> ProbeResult:
        """Ask the provider step by step until one says no; ``token`` tells whether it was just issued.

        A refusal of a fresh token has another cause than that of an old one: the account, not the token.
        """
        steps = requests.probe_requests(connector=connector, method=method, environment=environment, depth=depth)
        taken: list[_Step] = []
        waited = 0.0
        for step in steps:
            if step.instead_of is not None and not _failed_with_weather(taken, step.instead_of):
                continue
            await asyncio.sleep(waited)
            waited = min(environment.limits.spacing, _LONGEST_SPACING)
            found = await self._ask(connector, method, environment, credential, step)
            taken = [*taken, found]
            if on_finding is not None:
                await on_finding(found.finding)
            if _verdict(found) in {"dead", "suspended"}:
                break
        return _summary(connector, taken, token)

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
            reply = await self.egress.send(request, origins=connector.origins())
        except TransportError as error:
            cause = replies.transport_cause(connector=connector, kind=error.kind)
            return _Step(replies.no_finding(step=step, cause=cause), None)
        return _Step(replies.probe_finding(connector=connector, step=step, reply=reply), reply)
