"""`crossdock mcp`: the tools over standard input and output, for agents that start their servers themselves.

Each line goes to the hub's `/mcp` as it is and the answer comes back as a line, so both ways in are the same server;
no database and no vault is needed where the agent runs.
"""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

import typer

from crossdock.cli import output, place
from crossdock.cli.place import DataDir
from crossdock.kernel.errors import UnauthenticatedError
from crossdock.kernel.secret import Secret

Mode = Literal["individual", "search_execute"]
Style = Literal["nested", "flat_prefixed", "flat_smart"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp(
    account: Annotated[
        str | None, typer.Option("--account", help="The account's id; needed where several fit.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="The hub's address; else the one of the settings.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Show and run only what reads.")] = False,
    tool_mode: Annotated[
        Mode, typer.Option("--tool-mode", help="A tool for each action, or two that find and run any.")
    ] = "individual",
    param_style: Annotated[
        Style, typer.Option("--param-style", help="Arguments by place, or on one level with or without the place.")
    ] = "nested",
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
    query = {"tool-mode": tool_mode, "param-style": param_style, **({"effects": "read"} if read_only else {})}
    output.run(serve(Bridge(hub=hub, key=key, account=account, query=f"?{urlencode(query)}")))
