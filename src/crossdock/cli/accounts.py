"""`crossdock accounts`: what is linked, how it is, and what can be done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from crossdock.cli import output, place
from crossdock.cli.output import Json
from crossdock.cli.place import DataDir, ProjectId

if TYPE_CHECKING:
    from crossdock.accounts.model import Account
    from crossdock.projects.model import Principal
    from crossdock.server import House

ACTOR: Final = "system:cli"
_PAGE: Final = 200
_NONE: Final = "No account is linked yet. Make a link for one with: crossdock link --owner ID"

app = typer.Typer(help="See linked accounts and look after them.", no_args_is_help=True)
AccountId = Annotated[str, typer.Argument(help="The account's id, as `crossdock accounts list` shows it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.command("list")
def list_accounts(
    provider: Annotated[str | None, typer.Option("--provider", help="Only this provider's.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Only those in this status.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Only those whose names or ids hold this.")] = None,
    project: ProjectId = None,
    data_dir: DataDir = None,
    json: Json = False,
) -> None:
    """List the linked accounts, newest first."""
    from crossdock.accounts.model import AccountQuery

    async def work() -> None:
        query = AccountQuery(
            providers=(provider,) if provider else (),
            statuses=(status,) if status else (),
            search=search,
            limit=_PAGE,
        )
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            found = await house.accounts.list(project_id=owner.id, query=query)
            now = house.clock.now()
        if json:
            output.emit({"accounts": [_summary(account) for account in found.rows], "total": found.total})
            return
        output.table(
            columns=["ID", "PROVIDER", "ENVIRONMENT", "ACCOUNT", "OWNER", "STATUS", "LAST SUCCESS", "NEXT REFRESH"],
            rows=[
                (
                    account.id,
                    account.connector_key,
                    account.environment,
                    account.identity.name if account.identity else account.label,
                    account.origin_owner_name,
                    account.wire_status,
                    output.ago(account.succeeded_at, now=now),
                    output.ago(account.next_refresh_at, now=now) if account.next_refresh_at else "never",
                )
                for account in found.rows
            ],
            empty="No account fits." if provider or status or search else _NONE,
        )

    output.run(work())


@app.command()
def show(account: AccountId, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Show one account: health, identity, scopes, and what happened to it."""

    async def work() -> None:
        async with place.house(place.read_settings(data_dir=data_dir)) as house:
            owner = await place.project(house, project)
            found = await house.accounts.get(project_id=owner.id, account_id=account)
            life = await house.accounts.life_line(project_id=owner.id, account_id=account, limit=20)
        entries = [{"at": entry.at, "event": entry.event, "actor": entry.actor} for entry in life]
        if json:
            output.emit(_details(found) | {"life_line": entries})
            return
        output.facts(_details(found))
        output.out.print()
        output.table(columns=["AT", "EVENT", "BY"], rows=[tuple(entry.values()) for entry in entries], empty="")

    output.run(work())


@app.command("test")
def probe(account: AccountId, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Ask the provider whether the account's credential still works; ends with 1 where it does not."""

    async def work(house: House, project_id: str) -> Account:
        async with output.working("Asking the provider"):
            await house.checkup.test(project_id=project_id, account_id=account, actor=ACTOR)
        return await house.accounts.get(project_id=project_id, account_id=account)

    found = output.run(_with_project(project, data_dir, work))
    _tell(found, json=json)
    if found.needs_person:
        output.say(f"Link it again under the same id: crossdock accounts relink {found.id}")
        raise typer.Exit(code=1)


@app.command()
def relink(account: AccountId, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Try the stored credential once more, else make a link on which a person renews it; the account keeps its id."""
    from crossdock.linking.session import SessionRequest

    async def work(house: House, project_id: str) -> str | None:
        found = await house.accounts.get(project_id=project_id, account_id=account)
        if found.needs_person and found.paused_at is None and await _revived(house, found):
            return None
        created = await house.sessions.create(
            principal=operator(project_id),
            request=SessionRequest(
                origin_owner_id=found.origin_owner_id,
                origin_owner_name=found.origin_owner_name,
                origin_username=found.origin_username,
                provider=found.connector_key,
                integration_id=found.integration_id,
                account_id=found.id,
                type=found.type,
                effects=found.effects,
                channel="hosted",
            ),
        )
        return created.url

    url = output.run(_with_project(project, data_dir, work))
    if json:
        output.emit({"account_id": account, "url": url})
    elif url is None:
        output.out.print(f"{account} works again with what was stored: nobody has to do anything.", markup=False)
    else:
        output.say("Open this link, or send it to the person who owns the account:")
        output.out.print(url)


@app.command()
def pause(account: AccountId, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Switch an account off: calls are refused until it is resumed; its credential is kept alive."""

    async def work(house: House, project_id: str) -> Account:
        return await house.accounts.pause(project_id=project_id, account_id=account, actor=ACTOR)

    _tell(output.run(_with_project(project, data_dir, work)), json=json)


@app.command()
def resume(account: AccountId, project: ProjectId = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Switch a paused account on again."""

    async def work(house: House, project_id: str) -> Account:
        return await house.accounts.resume(project_id=project_id, account_id=account, actor=ACTOR)

    _tell(output.run(_with_project(project, data_dir, work)), json=json)


@app.command()
def delete(
    account: AccountId, yes: Yes = False, project: ProjectId = None, data_dir: DataDir = None, json: Json = False
) -> None:
    """Unlink an account: its credential is erased, and nothing brings it back."""
    output.confirm(f"Delete {account} and erase its credential?", yes=yes)

    async def work(house: House, project_id: str) -> Account:
        return await house.accounts.delete(project_id=project_id, account_id=account, actor=ACTOR)

    found = output.run(_with_project(project, data_dir, work))
    if json:
        output.emit({"id": found.id, "deleted": True})
    else:
        output.out.print(f"{found.id} is deleted, and its credential is erased.")


def operator(project_id: str) -> Principal:
    """Return the principal of whoever has the machine: everything is allowed."""
    from crossdock.projects.model import Principal

    return Principal(project_id=project_id, actor=ACTOR, scopes=frozenset({"admin"}), role=None)


async def _with_project(
    project: str | None, data_dir: Path | None, work: Callable[[House, str], Awaitable[output.T]]
) -> output.T:
    async with place.house(place.read_settings(data_dir=data_dir)) as house:
        return await work(house, (await place.project(house, project)).id)


async def _revived(house: House, account: Account) -> bool:
    """Return whether what is stored works again, as it does where only the provider's account had been stopped."""
    async with output.working("Trying the stored credential"):
        tried = await house.checkup.revive(project_id=account.project_id, account_id=account.id, actor=ACTOR)
    return tried.works and not tried.account.needs_person


def _tell(account: Account, *, json: bool) -> None:
    if json:
        output.emit(_summary(account))
        return
    reason = f": {account.status_reasons[0].description}" if account.status_reasons else ""
    output.out.print(f"{account.id} is {account.wire_status}{reason}", markup=False)


def _summary(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "provider": account.connector_key,
        "environment": account.environment,
        "account_name": account.identity.name if account.identity else None,
        "owner_id": account.origin_owner_id,
        "owner_name": account.origin_owner_name,
        "status": account.wire_status,
        "status_reasons": [{"code": one.code, "description": one.description} for one in account.status_reasons],
        "last_success": account.succeeded_at,
        "next_refresh": account.next_refresh_at,
        "hard_end": account.hard_end_at,
    }


def _details(account: Account) -> dict[str, object]:
    return _summary(account) | {
        "provider_account_id": account.identity.id if account.identity else None,
        "may": sorted(account.effects),
        "scopes_found": sorted(account.scopes_found),
        "scopes_missing": sorted(account.scopes_missing),
        "linked_at": account.created_at,
        "linked_by": account.linked_by,
        "last_probe": account.probed_at,
        "next_probe": account.next_probe_at,
        "access_ends": account.expires_at,
    }
