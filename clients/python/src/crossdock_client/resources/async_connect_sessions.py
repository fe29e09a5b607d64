"""What can be done with connect sessions. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from typing import Unpack

from crossdock_client.call import AsyncSender, Call
from crossdock_client.models.connect_sessions import (
    ConnectSessionAnswer,
    ConnectSessionCreated,
    CreateConnectSession,
)


class AsyncConnectSessions:
    """Connect sessions, for asynchronous programs."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def create(self, **asked: Unpack[CreateConnectSession]) -> ConnectSessionCreated:
        """Open a connect session: hand its token to the hub in your page, or send its hosted link to the person."""
        call = Call(method="POST", path="/connect_sessions", answer=ConnectSessionCreated, body=asked)
        return await self._sender.send(call)

    async def authenticate(self, *, token: str) -> ConnectSessionAnswer:
        """Return the connect session of a token, and what has become of linking so far."""
        call = Call(
            method="POST", path="/connect_sessions/authenticate", answer=ConnectSessionAnswer, body={"token": token}
        )
        return await self._sender.send(call)
