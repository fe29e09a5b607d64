"""`crossdock agent-keys`: keys with which agents call tools, each bound to what it may reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.accounts import ACTOR
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId

if TYPE_CHECKING:
    from crossdock.projects.model import AgentKey

app = typer.Typer(help="Make, list and revoke the keys of agents.", no_args_is_help=True)


@app.command("list")
def list_keys(project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """List the project's agent keys, newest first."""

    async def work() -> list[AgentKey]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            return await house.projects.agents.all(project_id=owner.id)

    keys = output.run(work())
    if json:
        output.emit({"agent_keys": [_document(key) for key in keys]})
        return
    output.table(
        columns=["ID", "NAME", "OWNER", "ACCOUNTS", "ACTIONS", "MAY", "ENDS", "LAST USED", "REVOKED"],
        rows=[
            (
                key.id,
                key.name,
                key.grant.owner_id,
                sorted(key.grant.accounts) or "all",
                list(key.grant.actions),
                sorted(key.grant.effects),
                key.grant.ends_at,
                key.last_used_at,
                key.revoked_at,
            )
            for key in keys
        ],
        empty="There is no agent key yet. Make one with: crossdock agent-keys create NAME --owner ID",
    )


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Which agent it is for.")],
    owner: Annotated[str, typer.Option("--owner", help="The owner's id; accounts of others are out of reach.")],
    account: Annotated[
        list[str] | None, typer.Option("--account", help="An account's id, repeatable; all of the owner's otherwise.")
    ] = None,
    action: Annotated[
        list[str] | None, typer.Option("--action", help="An action or a pattern such as easyship_list_*, repeatable.")
    ] = None,
    effect: Annotated[
        list[str] | None, typer.Option("--effect", help="read, write or destructive, repeatable; read otherwise.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="In how many days it ends, 366 at most.")] = 90,
    may_request_links: Annotated[
        bool, typer.Option("--may-request-links", help="Let it ask people to link further accounts of the owner.")
    ] = False,
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make an agent key and print it: it is shown this once."""
    from crossdock.projects import agents

    async def work() -> tuple[AgentKey, str]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            grant = agents.granted(
                owner_id=owner,
                accounts=account or [],
                actions=action or [],
                effects=effect or ["read"],
                days=days,
                clock=house.clock,
                may_request_links=may_request_links,
            )
            found = await place.project(house, project)
            key, text = await house.projects.agents.create(project_id=found.id, actor=ACTOR, name=name, grant=grant)
            return key, text.reveal()

    key, text = output.run(work())
    if json:
        output.emit(_document(key) | {"agent_key": text})
        return
    output.say("The key is shown this once. Give it to the agent as its API key or bearer token:")
    output.out.print(text)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `crossdock agent-keys list` shows it.")],
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Revoke an agent key in every process at once."""

    async def work() -> AgentKey:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            return await house.projects.agents.revoke(project_id=owner.id, key_id=key, actor=ACTOR)

    revoked = output.run(work())
    if json:
        output.emit(_document(revoked))
    else:
        output.out.print(f"{revoked.id} ({revoked.name}) is revoked.")


def _document(key: AgentKey) -> dict[str, object]:
    from crossdock.projects import agents

    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        **agents.told(key.grant),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
