"""The client: a hub's address and a key, and everything that the hub can do under it."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import httpx2

from crossdock_client.actions import Actions, AsyncActions
from crossdock_client.proxy import AsyncProxy, Proxy
from crossdock_client.resources.accounts import Accounts
from crossdock_client.resources.async_accounts import AsyncAccounts
from crossdock_client.resources.async_connect_sessions import AsyncConnectSessions
from crossdock_client.resources.async_connectors import AsyncConnectors
from crossdock_client.resources.async_feedback import AsyncFeedback
from crossdock_client.resources.async_logs import AsyncLogs
from crossdock_client.resources.async_webhooks import AsyncWebhooks
from crossdock_client.resources.connect_sessions import ConnectSessions
from crossdock_client.resources.connectors import Connectors
from crossdock_client.resources.feedback import Feedback
from crossdock_client.resources.logs import Logs
from crossdock_client.resources.webhooks import Webhooks
from crossdock_client.retry import Retries
from crossdock_client.tools import AsyncTools, Tools
from crossdock_client.transport import AsyncTransport, Place, Transport

TIMEOUT: Final = httpx2.Timeout(90, connect=10)
_RETRIES: Final = Retries()


class Crossdock:
    """A hub under one API key, or one agent key; may be used by several threads, and as a context manager.

    ``http`` is an HTTPX client of one's own, for proxies or certificates; it then has the say on time limits.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        timeout: httpx2.Timeout | float = TIMEOUT,
        retries: Retries = _RETRIES,
        http: httpx2.Client | None = None,
    ) -> None:
        self._place = Place(api_key=api_key, base_url=base_url, retries=retries)
        self._transport = transport = Transport(self._place, timeout=timeout, http=http)
        self.connect_sessions = ConnectSessions(transport)
        self.accounts = Accounts(transport)
        self.connectors = Connectors(transport)
        self.actions = Actions(transport)
        self.proxy = Proxy(transport)
        self.logs = Logs(transport)
        self.webhooks = Webhooks(transport)
        self.feedback = Feedback(transport)
        self.tools = Tools(transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._place.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncCrossdock:
    """The same for asynchronous programs."""

    def __init__(
        self,
        api_key: str,
        base_url: str,
        *,
        timeout: httpx2.Timeout | float = TIMEOUT,
        retries: Retries = _RETRIES,
        http: httpx2.AsyncClient | None = None,
    ) -> None:
        self._place = Place(api_key=api_key, base_url=base_url, retries=retries)
        self._transport = transport = AsyncTransport(self._place, timeout=timeout, http=http)
        self.connect_sessions = AsyncConnectSessions(transport)
        self.accounts = AsyncAccounts(transport)
        self.connectors = AsyncConnectors(transport)
        self.actions = AsyncActions(transport)
        self.proxy = AsyncProxy(transport)
        self.logs = AsyncLogs(transport)
        self.webhooks = AsyncWebhooks(transport)
        self.feedback = AsyncFeedback(transport)
        self.tools = AsyncTools(transport)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._place.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
