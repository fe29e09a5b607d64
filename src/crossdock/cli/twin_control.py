"""What `crossdock up` asks of the twins' control API: one clock for all, and an OAuth app for the hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from crossdock.cli.accounts import ACTOR
from crossdock.cli.twin_process import Facts
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.egress.client import Egress, TransportError
from crossdock.egress.exchange import Request
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ProviderFailedError
from crossdock.server import House
from crossdock.telemetry import logs

POLL_SECONDS: Final = 1.0
_TIMEOUT: Final = 10.0

Follow = Literal["always", "when_switched_on"]
log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class OneTime:
    """How far the hub's clock is to be turned, and whose clocks stand, so that they are not brought along."""

    offset: timedelta = timedelta()
    standing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TwinControl:
    """The control APIs of the running twins, by the provider's key."""

    egress: Egress
    facts: Facts

    async def ask(self, twin: str, path: str, document: Mapping[str, Any] | None = None) -> Any:
        """Send a document (or only look, without one) and return the answer; raise ProviderFailedError on a refusal."""
        url = f"{self.facts[twin]['dashboard']}/_twin{path}"
        body = None if document is None else json.dumps(document).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        request = Request("GET" if body is None else "POST", url, headers, body, timeout=_TIMEOUT)
        parts = urlsplit(url)
        reply = await self.egress.send(request, origins=frozenset({f"{parts.scheme}://{parts.netloc}"}))
        if reply.status >= 400:  # noqa: PLR2004 - every refusal
            raise ProviderFailedError(
                f"The twin answered {reply.status}.", remedy="Reset the twin on its /_twin/ page."
            )
        return reply.json()

    async def one_time(self, *, follow: Follow) -> OneTime:
        """Return the time to live in; where the hub follows, bring the twins to the furthest of those that go."""
        clocks = {twin: await self.ask(twin, "/clock") for twin in self.facts}
        if follow != "always" and not any(clock["followed"] for clock in clocks.values()):
            return OneTime()
        going = {twin: int(clock["offset_seconds"]) for twin, clock in clocks.items() if not clock["stopped"]}
        furthest = max(going.values(), default=0)
        for twin, offset in going.items():
            if offset < furthest:
                await self.ask(twin, "/clock", {"advance": _span(furthest - offset)})
        return OneTime(timedelta(seconds=furthest), frozenset(clocks.keys() - going.keys()))

    async def follow(
        self, *, clock: OffsetClock, follow: Follow, turned: Callable[[timedelta], None], stop: asyncio.Event
    ) -> None:
        """Keep the hub's clock with the twins', looking once a second, until told to stop."""
        standing: frozenset[str] = frozenset()
        while not stop.is_set():
            try:
                time = await self.one_time(follow=follow)
            except (TransportError, ProviderFailedError) as error:
                log.info("twins.clock.unreachable", error=type(error).__name__)
            else:
                for twin in sorted(time.standing - standing):
                    log.warning(
                        "twins.clock.stands", twin=twin, remedy=f"Start it: {self.facts[twin]['dashboard']}/_twin/"
                    )
                standing = time.standing
                if time.offset != clock.offset:
                    clock.offset = time.offset
                    turned(time.offset)
            try:
                await asyncio.wait_for(stop.wait(), timeout=POLL_SECONDS)
            except TimeoutError:
                continue


async def register_apps(control: TwinControl, house: House, *, project_id: str) -> None:
    """Give every OAuth method of a provider with a twin an application there, unless it has one that still works."""
    for connector in house.catalogue.connectors():
        for method in connector.auth_methods:
            if method.kind == "oauth2" and connector.key in control.facts:
                await _register(control, house, project_id, connector, method)


async def _register(
    control: TwinControl, house: House, project_id: str, connector: Connector, method: AuthMethod
) -> None:
    callback = house.oauth.callback_url(connector.key)
    every = await house.integrations.list(project_id=project_id)
    held = next((one for one in every if (one.connector_key, one.auth_method) == (connector.key, method.key)), None)
    known = (await control.ask(connector.key, "/oauth_apps"))["apps"]
    for app in known:
        if held and app["client_id"] == held.setup.get("client_id") and callback in app["redirect_uris"]:
            return
    setup = await control.ask(connector.key, "/oauth_apps", {"name": "Crossdock", "redirect_uris": [callback]})
    if held is None:
        made = await house.integrations.create(
            project_id=project_id, connector_key=connector.key, auth_method=method.key, setup=setup, actor=ACTOR
        )
        # A newcomer meets one way of linking a provider; this one is a click away under Connectors.
        await house.integrations.switch_off(project_id=project_id, integration_id=made.id, actor=ACTOR)
    else:
        await house.integrations.update(project_id=project_id, integration_id=held.id, setup=setup, actor=ACTOR)


def _span(seconds: int) -> str:
    """Write seconds as the twins read a span: 2333700 is ``27d15m``."""
    parts = []
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        amount, seconds = divmod(seconds, length)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)
