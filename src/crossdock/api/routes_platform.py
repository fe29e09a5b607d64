"""The rest of the platform: accounts in their newer words, and whether a call would be allowed."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from crossdock.accounts import profiles
from crossdock.accounts.model import Account, AccountQuery
from crossdock.api.auth import SECURITY, AccountId, AccountsReader, ActionsRunner, one_account
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire import Body, StatusReasonAnswer
from crossdock.connectors.model import Action, Effect
from crossdock.kernel.clock import iso
from crossdock.kernel.errors import ForbiddenError, NotFoundError
from crossdock.projects import policy
from crossdock.projects.model import Principal

router = APIRouter(dependencies=SECURITY)
Names = Annotated[list[str] | None, Query()]
Asked = Literal["read", "write", "comment", "delete", "export"]
_EFFECTS: Final[dict[Asked, Effect]] = {
    "read": "read",
    "export": "read",
    "write": "write",
    "comment": "write",
    "delete": "destructive",
}
_LARGEST_OFFSET: Final = 100_000


class AccountTold(BaseModel):
    """A linked account in the words of the platform's second version."""

    id: str
    connector: str
    connector_name: str
    connector_profile_id: str
    owner_id: str
    owner_name: str
    username: str | None
    label: str | None
    status: str
    status_reasons: list[StatusReasonAnswer]
    type: str
    environment: str
    effects: list[str]
    metadata: dict[str, Any]
    created_at: str
    updated_at: str


class AccountsTold(BaseModel):
    """Some accounts, the newest first."""

    data: list[AccountTold]
    page: int
    page_size: int
    total: int


class PermissionsAsked(Body):
    """What `POST /unified/check_permissions` takes; `resource_id` may be the name of an action."""

    resource_id: str = Field(min_length=1, max_length=255)
    action: Asked | None = None
    resource_type: str | None = Field(default=None, max_length=255)
    user_id: str | None = Field(default=None, max_length=255)
    email: str | None = Field(default=None, max_length=255)


class ResourceTold(BaseModel):
    """What was asked about."""

    id: str
    type: str | None = None


class UserTold(BaseModel):
    """Whom the answer is for, and everything that may be done with the account."""

    id: str
    permissions: list[str]


class PermissionsTold(BaseModel):
    """Whether it is allowed, and the reason where it is not."""

    allowed: bool
    action: str
    resource: ResourceTold
    user: UserTold
    reason: str | None = None


class PermissionsAnswer(BaseModel):
    """Whether a call would be allowed."""

    data: PermissionsTold


@router.get("/v2/accounts", response_model=AccountsTold, tags=["Accounts"])
async def list_accounts_v2(
    context: Context,
    principal: AccountsReader,
    connector: Names = None,
    owner_id: Names = None,
    connector_profile_id: Names = None,
    account_ids: Names = None,
    status: Names = None,
    page: Annotated[int, Query(ge=1, le=_LARGEST_OFFSET)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> AccountsTold:
    """List accounts, the newest first; each filter may be named several times."""
    query = AccountQuery(
        providers=tuple(connector or ()),
        origin_owner_ids=tuple(owner_id or ()),
        integration_ids=tuple(connector_profile_id or ()),
        account_ids=tuple(account_ids or ()),
        statuses=tuple(status or ()),
        limit=page_size,
        offset=(page - 1) * page_size,
    )
    found = await context.accounts.list(project_id=principal.project_id, query=query)
    data = [_account(context, account) for account in found.rows]
    return AccountsTold(data=data, page=page, page_size=page_size, total=found.total)


@router.get("/v2/accounts/{account_id}", response_model=AccountTold, tags=["Accounts"])
async def get_account_v2(context: Context, principal: AccountsReader, account_id: str) -> AccountTold:
    """Read one account."""
    return _account(context, await context.accounts.get(project_id=principal.project_id, account_id=account_id))


@router.post("/unified/check_permissions", response_model=PermissionsAnswer, tags=["Actions"])
async def check_permissions(
    context: Context, principal: ActionsRunner, body: PermissionsAsked, account_id: AccountId = None
) -> JSONResponse:
    """Tell whether the account, its grant and the key allow an action or a kind of action, without calling anyone."""
    account = await context.accounts.get(project_id=principal.project_id, account_id=one_account(account_id))
    policy.check_reach(principal, account_id=account.id, owner_id=account.origin_owner_id)
    profile = await context.integrations.get(project_id=principal.project_id, integration_id=account.integration_id)
    action = _action(context, body.resource_id)
    asked: Asked = body.action or _word(action)
    effect = action.effect if action and body.action is None else _EFFECTS[asked]
    off = None if profile.active else "The account's connector profile is switched off."
    reason = off or _refusal(principal, account, effect, action)
    told = PermissionsTold(
        allowed=reason is None,
        action=asked,
        resource=ResourceTold(id=body.resource_id, type=body.resource_type or ("action" if action else None)),
        user=UserTold(
            id=body.user_id or body.email or (account.identity.id if account.identity else account.id),
            permissions=[word for word, of in _EFFECTS.items() if not (off or _refusal(principal, account, of, None))],
        ),
        reason=reason,
    )
    return JSONResponse({"data": told.model_dump(exclude_none=True)})


def _refusal(principal: Principal, account: Account, effect: Effect, action: Action | None) -> str | None:
    """Return why a call would be refused, None where it would be sent."""
    if account.paused_at is not None or account.needs_person:
        return f"The account is {account.wire_status}."
    if effect not in account.effects:
        return f"The account is linked without the permission {effect}."
    if action and not action.name.startswith(f"{account.connector_key}_"):
        return "The action is another connector's."
    try:
        policy.require(principal, "actions:read" if effect == "read" else "actions:write")
        if action:
            policy.check_bounds(principal, action=action.name, effect=effect)
            profiles.check(account, action=action.name, effect=effect)
    except ForbiddenError as error:
        return error.message
    if effect not in account.choice.effects or (principal.grant and effect not in principal.grant.effects):
        return f"The connector profile or the key is without the permission {effect}."
    missing = sorted(set(action.scopes) & account.scopes_missing) if action else []
    return f"The credential lacks: {', '.join(missing)}." if missing else None


def _word(action: Action | None) -> Asked:
    if action is None or action.effect == "read":
        return "read"
    return "write" if action.effect == "write" else "delete"


def _action(context: ApiContext, name: str) -> Action | None:
    """Return the action of this name; a resource may be something else, which only its kind of action decides on."""
    try:
        return context.catalogue.action(name)[1]
    except NotFoundError:
        return None


def _account(context: ApiContext, account: Account) -> AccountTold:
    return AccountTold(
        id=account.id,
        connector=account.connector_key,
        connector_name=context.catalogue.get(account.connector_key).name,
        connector_profile_id=account.integration_id,
        owner_id=account.origin_owner_id,
        owner_name=account.origin_owner_name,
        username=account.origin_username,
        label=account.label,
        status=account.wire_status,
        status_reasons=[
            StatusReasonAnswer(timestamp=iso(reason.timestamp), code=reason.code, description=reason.description)
            for reason in account.status_reasons
        ],
        type=account.type,
        environment=account.environment,
        effects=sorted(account.effects),
        metadata=dict(account.metadata),
        created_at=iso(account.created_at),
        updated_at=iso(account.updated_at),
    )
