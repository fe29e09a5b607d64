"""`/accounts`: what is linked, how it fares, and changing or removing it."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Query

from crossdock.accounts.model import Account, AccountChange, AccountQuery
from crossdock.api.auth import SECURITY, AccountsReader, AccountsWriter
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire import AccountMeta, AccountPatch, LinkedAccount, granted, linked_account, unasked_type
from crossdock.kernel.errors import UnprocessableError
from crossdock.projects import policy

router = APIRouter(prefix="/accounts", tags=["Accounts"], dependencies=SECURITY)
Names = Annotated[list[str] | None, Query()]
_RELINK: Final = "Create a connect session with this `account_id` and let the person link it again."


@router.get("", response_model=list[LinkedAccount])
async def list_accounts(
    context: Context,
    principal: AccountsReader,
    provider: str | None = None,
    providers: Names = None,
    origin_owner_id: str | None = None,
    origin_owner_ids: Names = None,
    account_ids: Names = None,
    status: Names = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> list[LinkedAccount]:
    """List accounts, the newest first."""
    query = AccountQuery(
        providers=_any(provider, providers),
        origin_owner_ids=_any(origin_owner_id, origin_owner_ids),
        account_ids=tuple(account_ids or ()),
        statuses=tuple(status or ()),
        limit=page_size,
        offset=(page - 1) * page_size,
    )
    found = await context.accounts.list(project_id=principal.project_id, query=query)
    return [_told(context, account) for account in found.rows]


@router.get("/{account_id}", response_model=LinkedAccount)
async def get_account(context: Context, principal: AccountsReader, account_id: str) -> LinkedAccount:
    """Read one account."""
    return _told(context, await context.accounts.get(project_id=principal.project_id, account_id=account_id))


@router.get("/{account_id}/meta", response_model=AccountMeta, deprecated=True)
async def get_account_meta(context: Context, principal: AccountsReader, account_id: str) -> AccountMeta:
    """Read which connector an account uses."""
    account = await context.accounts.get(project_id=principal.project_id, account_id=account_id)
    connector = context.catalogue.get(account.connector_key)
    return AccountMeta(provider=connector.key, category=connector.category, models={})


@router.patch("/{account_id}", response_model=LinkedAccount)
async def update_account(
    context: Context,
    principal: AccountsWriter,
    account_id: str,
    body: AccountPatch,
    user_agent: Annotated[str, Header(alias="user-agent", include_in_schema=False)] = "",
) -> LinkedAccount:
    """Change an account's label, owner, type, metadata or what calls may do; credentials change by linking again."""
    change = _change(body, user_agent=user_agent)
    account = await context.accounts.get(project_id=principal.project_id, account_id=account_id)
    _check_fixed(body, account)
    if (body.integration_id or body.connector_profile_id) not in {None, "", account.integration_id}:
        policy.require(principal, "connectors:write")
    account = await context.accounts.change(
        project_id=principal.project_id,
        account_id=account_id,
        change=change,
        actor=principal.actor,
    )
    return _told(context, account)


@router.delete("/{account_id}", response_model=LinkedAccount)
async def delete_account(context: Context, principal: AccountsWriter, account_id: str) -> LinkedAccount:
    """Remove an account and erase its credential; answers with the account as it was."""
    account = await context.accounts.delete(
        project_id=principal.project_id, account_id=account_id, actor=principal.actor
    )
    return _told(context, account)


def _check_fixed(body: AccountPatch, account: Account) -> None:
    """Raise UnprocessableError for what only linking again could change."""
    own = {
        "provider": account.connector_key,
        "environment": account.environment,
        "authentication_config_key": account.auth_method,
    }
    for name, value in own.items():
        if getattr(body, name) not in {None, "", value}:
            raise UnprocessableError(f"`{name}` does not change by PATCH.", remedy=_RELINK)
    if body.shared:
        raise UnprocessableError(
            "Accounts are not shared between owners.", remedy="Link the account once for each owner, or leave it out."
        )


def _change(body: AccountPatch, *, user_agent: str) -> AccountChange:
    """Return what to change; `{}` and a type that the client adds by itself change nothing."""
    if body.credentials or body.secrets or body.setup_information:
        raise UnprocessableError("Credentials do not change by PATCH: they are tested when linking.", remedy=_RELINK)
    kind = None if body.type == "production" and unasked_type(user_agent) else body.type
    if kind not in {None, "production", "test"}:
        raise UnprocessableError("`type` is not valid.", remedy="Use `production` or `test`.")
    return AccountChange(
        label=body.label if isinstance(body.label, str) else None,
        integration_id=body.integration_id or body.connector_profile_id or None,
        origin_owner_id=body.origin_owner_id,
        origin_owner_name=body.origin_owner_name,
        origin_username=body.origin_username,
        type="test" if kind == "test" else "production" if kind == "production" else None,
        effects=granted(body.effects) if body.effects is not None else None,
        metadata=body.metadata or None,
    )


def _told(context: ApiContext, account: Account) -> LinkedAccount:
    return linked_account(account=account, provider_name=context.catalogue.get(account.connector_key).name)


def _any(one: str | None, several: list[str] | None) -> tuple[str, ...]:
    return tuple(several or ()) + ((one,) if one else ())
