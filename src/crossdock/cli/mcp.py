"""`crossdock mcp`: the tools over standard input and output, for agents that start their servers themselves.

Each line goes to the hub's `/mcp` as it is and the answer comes back as a line, so both ways in are the same server;
no database and no vault is needed where the agent runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.place import DataDir
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.kernel.secret import Secret


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp(
    account: Annotated[
        str | None, typer.Option("--account", help="The account's id; needed where several fit.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="The hub's address; else the one of the settings.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Show and run only what reads.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the tools of linked accounts on standard input and output; CROSSDOCK_AGENT_KEY holds the key."""
    from crossdock.cli.bridge import Bridge, serve

    settings = place.read_settings(data_dir=data_dir)
    if (last := place.running(settings.data_dir)) is not None:
        settings = place.beside(settings, last)
    if settings.agent_key is None:
        raise UnauthenticatedError(
            "No agent key is set.",
            remedy="Make one with `crossdock agent-keys create`, and set CROSSDOCK_AGENT_KEY for the agent's server.",
        )
    key = Secret(settings.agent_key.get_secret_value())
    hub = (url or settings.hub_url).rstrip("/")
    output.run(serve(Bridge(hub=hub, key=key, account=account, query="?effects=read" if read_only else "")))
