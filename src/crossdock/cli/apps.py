"""`crossdock apps`: apps that people let in by OAuth, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crossdock.cli import output, place
from crossdock.cli.accounts import ACTOR
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId

if TYPE_CHECKING:
    from datetime import datetime

    from crossdock.consents.model import App

app = typer.Typer(help="List connected apps and disconnect them.", no_args_is_help=True)


@app.command("list")
def list_apps(project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """List the apps that people let in, newest first, ended ones included."""

    async def work() -> tuple[list[App], datetime]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            return await house.consents.all(project_id=owner.id), house.clock.now()

    found, now = output.run(work())
    if json:
        output.emit({"apps": [_document(one, now=now) for one in found]})
        return
    output.table(
        columns=["ID", "NAME", "ANSWERS GO TO", "OWNER", "ACCOUNTS", "MAY", "LET IN BY", "ENDS", "LAST USED", "STATUS"],
        rows=[
            (
                one.id,
                one.client_name,
                one.redirect_host,
                one.grant.owner_id,
                sorted(one.grant.accounts) or "all",
                sorted(one.grant.effects),
                one.created_by,
                one.grant.ends_at,
                output.ago(one.last_used_at, now=now),
                _status(one, now=now),
            )
            for one in found
        ],
        empty="No app is connected yet. The dashboard says under Connected apps how one is.",
    )


@app.command()
def revoke(
    app_id: Annotated[str, typer.Argument(metavar="APP", help="The app's id, as `crossdock apps list` shows it.")],
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """Disconnect an app in every process at once; it can ask again, and a person decides again."""

    async def work() -> tuple[App, datetime]:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            ended = await house.consents.revoke(project_id=owner.id, app_id=app_id, actor=ACTOR)
            return ended, house.clock.now()

    ended, now = output.run(work())
    if json:
        output.emit(_document(ended, now=now))
    else:
        output.out.print(f"{ended.id} ({ended.client_name}) is disconnected.", markup=False)


def _status(one: App, *, now: datetime) -> str:
    """Say in a word how it stands: a token that came twice has stopped it, else somebody ended it, or its time did."""
    if one.revoked_why in {"code_reused", "refresh_reused"}:
        return "stopped"
    if one.revoked_at is not None:
        return "disconnected"
    return "ended" if one.grant.ends_at is not None and one.grant.ends_at <= now else "connected"


def _document(one: App, *, now: datetime) -> dict[str, object]:
    from crossdock.projects import agents

    return {
        "id": one.id,
        "name": one.client_name,
        "client": one.client,
        "redirect_host": one.redirect_host,
        "status": _status(one, now=now),
        **agents.told(one.grant),
        "created_at": one.created_at,
        "created_by": one.created_by,
        "last_used_at": one.last_used_at,
        "revoked_at": one.revoked_at,
        "revoked_why": one.revoked_why,
    }
