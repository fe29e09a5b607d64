"""`crossdock api-keys`: the keys with which programs call the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.accounts import ACTOR
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId
from crossdock.projects.policy import SCOPES

if TYPE_CHECKING:
    from crossdock.projects.model import ApiKey

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command("list")
def list_keys(project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """List the project's API keys, newest first."""

    async def work() -> list[ApiKey]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            return await house.projects.list_keys(project_id=owner.id)

    keys = output.run(work())
    if json:
        output.emit({"api_keys": [_document(key) for key in keys]})
        return
    output.table(
        columns=["ID", "NAME", "BEGINS WITH", "SCOPES", "MADE", "LAST USED", "REVOKED"],
        rows=[
            (key.id, key.name, key.prefix, key.scopes, key.created_at, key.last_used_at, key.revoked_at) for key in keys
        ],
        empty="There is no API key yet. Make one with: crossdock api-keys create NAME",
    )


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help=f"What it may do, repeatable: {', '.join(SCOPES)}.")
    ] = None,
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Make an API key and print it: it is shown this once."""

    async def work() -> tuple[ApiKey, str]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            key, text = await house.projects.create_key(
                project_id=owner.id, actor=ACTOR, name=name, scopes=scope or ["admin"]
            )
            return key, text.reveal()

    key, text = output.run(work())
    if json:
        output.emit(_document(key) | {"api_key": text})
        return
    output.say("The key is shown this once. Keep it where your program reads its secrets:")
    output.out.print(text)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `crossdock api-keys list` shows it.")],
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Revoke an API key in every process at once."""

    async def work() -> ApiKey:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            return await house.projects.revoke_key(project_id=owner.id, key_id=key, actor=ACTOR)

    revoked = output.run(work())
    if json:
        output.emit(_document(revoked))
    else:
        output.out.print(f"{revoked.id} ({revoked.name}) is revoked.")


def _document(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
