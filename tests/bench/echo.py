"""The least that an ASGI server can do: one fixed answer. It is the upstream of `proxy.py` and its yardstick."""

from __future__ import annotations

import sys

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from house import loopback

BODY = b'{"item_categories":[{"id":1,"name":"Toys","slug":"toys"}],"meta":{"request_id":"0123456789abcdef"}}'
HEAD = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer any request."""
    assert scope["type"] == "http"
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEAD})
    await send({"type": "http.response.body", "body": BODY})


async def main() -> None:
    """Serve on a free port, and print it."""
    with loopback() as port:
        sys.stdout.write(f"{port.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(echo, log_config=None, access_log=False, lifespan="off", timeout_keep_alive=120)
        await uvicorn.Server(config).serve(sockets=[port])


if __name__ == "__main__":
    uvloop.run(main())
