"""The least that a proxy on this HTTP server, client and event loop can do: pass a request on with a credential put in.

Nothing is checked, found, counted or written down. What the hub's `/proxy` costs beyond it is the hub's own.
"""

from __future__ import annotations

import sys

import aiohttp
import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send
from yarl import URL

from house import loopback

NOT_PASSED = {b"host", b"content-length"}


class Floor:
    """Passes every GET on to the upstream, as it comes, and its answer back."""

    def __init__(self, session: aiohttp.ClientSession, upstream: str) -> None:
        self.session = session
        self.upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        while (await receive()).get("more_body", False):
            pass
        url = URL(self.upstream + scope["raw_path"].decode(), encoded=True)
        passed = {name.decode(): value.decode() for name, value in scope["headers"] if name not in NOT_PASSED}
        passed["authorization"] = "Bearer x"
        async with self.session.request(scope["method"], url, headers=passed, allow_redirects=False) as reply:
            headers = [(name.lower(), value) for name, value in reply.raw_headers]
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            async for chunk in reply.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def main(upstream: str) -> None:
    """Serve on a free port, and print it."""
    session = aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None)
    )
    with loopback() as port:
        sys.stdout.write(f"{port.getsockname()[1]}\n")
        sys.stdout.flush()
        app = Floor(session, upstream)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_keep_alive=120)
        await uvicorn.Server(config).serve(sockets=[port])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
