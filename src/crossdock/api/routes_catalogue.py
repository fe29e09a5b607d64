"""`/actions`: which actions there are, and which fit what somebody wants to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from crossdock.accounts.model import Account, AccountQuery, Integration
from crossdock.actions.search import matches
from crossdock.api.auth import SECURITY, AccountId, ActionsRunner
from crossdock.api.calling import ProfileId
from crossdock.api.context import ApiContext, Context
from crossdock.api.routes_actions import check_profile
from crossdock.api.wire_actions import (
    ActionBuild,
    ActionsBuilt,
    ActionSearch,
    ActionsFound,
    ActionsMeta,
    ActionsMetaPage,
    ActionTold,
    action_told,
    connector_told,
    found,
)
from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.model import Action, Connector
from crossdock.kernel import paging
from crossdock.kernel.errors import InvalidRequestError, NotFoundError
from crossdock.projects import policy
from crossdock.projects.model import Principal

router = APIRouter(prefix="/actions", tags=["Actions"], dependencies=SECURITY)

_PAGE: Final = 25
_LARGEST_PAGE: Final = 100
_MOST_PAGES: Final = 10_000
_MOST_ACCOUNTS: Final = 100
_MOST_FOUND: Final = 1000
_GROUPS: Final = ("connector", "account", "integration")
# What the clients before 4.29 call it.
_OLDER: Final = {"operation_details": "action_details"}
Words = Annotated[list[str] | None, Query()]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the list before it is told: a connector, whom it is for, and what profiles let through of it."""

    connector: Connector
    choices: frozenset[Choice]
    account: str | None = None
    integration: str | None = None

    @property
    def place(self) -> str:
        """Where the row stands in the list."""
        return f"{self.connector.key}/{self.account or ''}/{self.integration or ''}"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which actions of a connector are wanted."""

    names: frozenset[str]
    text: str

    def of(self, row: _Row) -> list[Action]:
        """Return the actions that are wanted of a row."""
        held = (action for action in row.connector.actions.values() if may_run(row.choices, action))
        return [action for action in held if self._fits(row.connector, action)]

    def _fits(self, connector: Connector, action: Action) -> bool:
        named = not self.names or bool(self.names & {action.name, action.name.removeprefix(f"{connector.key}_")})
        return named and (not self.text or matches(action=action, text=self.text))

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.names and not self.text


@router.get("", response_model=ActionsMetaPage, response_model_exclude_none=True)
async def list_actions(
    context: Context,
    principal: ActionsRunner,
    account_ids: Annotated[str | None, Query(alias="filter[account_ids]", description="Comma list.")] = None,
    connectors: Annotated[str | None, Query(alias="filter[connectors]", description="Comma list of keys.")] = None,
    action_key: Annotated[str | None, Query(alias="filter[action_key]", description="Comma list of names.")] = None,
    include: Annotated[
        list[str] | None, Query(description="`action_details` adds inputs, `authentication_guides` the guides.")
    ] = None,
    exclude: Annotated[list[str] | None, Query(description="`actions` leaves the actions out.")] = None,
    group_by: Annotated[str, Query(description="`connector`, `account` or `integration`.")] = "connector",
    search: Annotated[str | None, Query(max_length=200, description="Words that an action must have.")] = None,
    page_size: Annotated[int, Query(ge=1, le=_LARGEST_PAGE)] = _PAGE,
    next: Annotated[str | None, Query(max_length=2048)] = None,  # noqa: A002 - the word of the wire
    page: Annotated[
        int, Query(ge=1, le=_MOST_PAGES, description="For older clients; `next` leads on.", deprecated=True)
    ] = 1,
) -> JSONResponse:
    """List connectors with their actions, by the connector's key."""
    accounts = await _accounts(context, principal, _names([account_ids or ""]))
    rows = await _rows(context, principal.project_id, _group(group_by), accounts)
    keys, wanted = _names([connectors or ""]), _Wanted(_names([action_key or ""]), (search or "").strip())
    fitting = sorted((row for row in rows if not keys or row.connector.key in keys), key=lambda row: row.place)
    fitting = [row for row in fitting if wanted.everything or wanted.of(row)]
    after = str(paging.decode(next, size=1)[0]) if next else ""
    left = [row for row in fitting if row.place > after][(page - 1) * page_size if not next else 0 :]
    shown, more = left[:page_size], len(left) > page_size
    included, leave_out = _included(include), "actions" in _names(exclude or [])
    data = [_told(context, row, wanted, included, is_bare=leave_out) for row in shown]
    return JSONResponse(
        {
            "next": paging.encode(shown[-1].place) if more else None,
            "data": [one.model_dump(exclude_none=True) for one in data],
        }
    )


@router.post("/search", response_model=ActionsFound)
async def search_actions(
    context: Context,
    principal: ActionsRunner,
    body: ActionSearch,
    account_id: AccountId = None,
    profile_id: ProfileId = None,
) -> JSONResponse:
    """Find the actions that fit a few words, the best first: of all profiles, or of the account or profile named."""
    if body.connector is not None:
        context.catalogue.get(body.connector)
    open_to = await _open_to(context, principal, account_id, profile_id)
    least = 0.4 if body.min_similarity is None else body.min_similarity
    top = int(body.top_k or 100)
    found_all = context.search.find(query=body.query, connector=body.connector, top=_MOST_FOUND, least=least)
    hits = [hit for hit in found_all if may_run(open_to(hit.connector.key), hit.action)][:top]
    answer = ActionsFound(
        results=[found(hit=hit, project_id=principal.project_id) for hit in hits],
        total_count=len(hits),
        query=body.query,
        connector_filter=body.connector,
        project_filter=principal.project_id if body.project_id else None,
    )
    # The official TypeScript client takes a text or nothing here, and no null.
    return JSONResponse(answer.model_dump(exclude_none=True))


@router.post("/build", response_model=ActionsBuilt)
async def build_actions(context: Context, principal: ActionsRunner, body: ActionBuild) -> JSONResponse:
    """Make the search's index ready, anew with `force_refresh`; an unknown connector has the status `error`."""
    del principal
    return JSONResponse(_built(context, body).model_dump(exclude_none=True))


def _built(context: ApiContext, body: ActionBuild) -> ActionsBuilt:
    key = body.connector_key
    try:
        if key is not None:
            context.catalogue.get(key)
    except NotFoundError as error:
        return ActionsBuilt(
            status="error",
            actions_indexed=0,
            message="Nothing was built.",
            connector_filter=key,
            error=f"{error.message} {error.remedy}",
        )
    if body.force_refresh:
        context.search.build()
    count = context.search.indexed(connector=key)
    return ActionsBuilt(
        status="success", actions_indexed=count, message=f"{count} actions can be searched.", connector_filter=key
    )


def may_run(choices: Iterable[Choice], action: Action) -> bool:
    """Tell whether one of the choices holds an action."""
    return any(one.allows(action=action.name, effect=action.effect) for one in choices)


async def _open_to(
    context: ApiContext, principal: Principal, account_id: str | None, profile_id: str | None
) -> Callable[[str], frozenset[Choice]]:
    """Return what tells by connector which of its actions a search may show."""
    project_id = principal.project_id
    if account_id:
        await check_profile(context=context, principal=principal, account_id=account_id, profile_id=profile_id)
        account = await context.actions.leases.reached(principal=principal, account_id=account_id)
        own = {account.connector_key: frozenset({account.choice})}
    elif profile_id:
        profile = await context.integrations.get(project_id=project_id, integration_id=profile_id)
        own = {profile.connector_key: frozenset({profile.choice})}
    else:
        held = await context.integrations.list(project_id=project_id)
        return lambda key: _of_profiles(held, key)
    return lambda key: own.get(key, frozenset())


def _of_profiles(held: Sequence[Integration], key: str) -> frozenset[Choice]:
    """Return what the project's profiles of a connector let through; everything while it has none."""
    return frozenset(one.choice for one in held if one.connector_key == key) or frozenset({EVERYTHING})


async def _accounts(context: ApiContext, principal: Principal, ids: frozenset[str]) -> list[Account] | None:
    """Return the named accounts that the caller reaches, None where none is named."""
    if not ids:
        return None
    if len(ids) > _MOST_ACCOUNTS:
        raise InvalidRequestError(
            "These are too many accounts.", remedy=f"Name {_MOST_ACCOUNTS} at most, and ask again for the others."
        )
    query = AccountQuery(account_ids=tuple(sorted(ids)), limit=_MOST_ACCOUNTS)
    found = (await context.accounts.list(project_id=principal.project_id, query=query)).rows
    return [one for one in found if policy.reaches(principal, account_id=one.id, owner_id=one.origin_owner_id)]


async def _rows(context: ApiContext, project_id: str, group: str, accounts: list[Account] | None) -> list[_Row]:
    """Return the rows of the list; an account's row, or its integration's, names both."""
    held = await context.integrations.list(project_id=project_id)
    if group == "integration":
        ids = None if accounts is None else {account.integration_id for account in accounts}
        return [
            _Row(context.catalogue.get(one.connector_key), frozenset({one.choice}), None, one.id)
            for one in held
            if ids is None or one.id in ids
        ]
    if group == "account" and accounts is None:
        raise InvalidRequestError(
            "A list by account needs the accounts.", remedy="Name them in `filter[account_ids]`, 100 at most."
        )
    if accounts is None:
        return [_Row(one, _of_profiles(held, one.key)) for one in context.catalogue.connectors()]
    rows = [
        _Row(context.catalogue.get(one.connector_key), frozenset({one.choice}), one.id, one.integration_id)
        for one in accounts
    ]
    return rows if group == "account" else list(_merged(rows))


def _merged(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Give one row for each connector; it names the account where there is a single one."""
    by_key: dict[str, list[_Row]] = {}
    for row in rows:
        by_key.setdefault(row.connector.key, []).append(row)
    for same in by_key.values():
        every = frozenset(choice for row in same for choice in row.choices)
        yield same[0] if len(same) == 1 else _Row(same[0].connector, every)


def _told(context: ApiContext, row: _Row, wanted: _Wanted, included: frozenset[str], *, is_bare: bool) -> ActionsMeta:
    actions: list[ActionTold] | None = None
    if not is_bare:
        chosen = wanted.of(row)
        actions = [action_told(connector=row.connector, action=action, included=included) for action in chosen]
    given: dict[str, Any] = {"account_id": row.account, "integration_id": row.integration}
    ids = {name: value for name, value in given.items() if value}
    return connector_told(connector=row.connector, hub_url=context.hub_url, included=included, actions=actions, ids=ids)


def _group(name: str) -> str:
    if name not in _GROUPS:
        raise InvalidRequestError(f"A list is not grouped by `{name[:40]}`.", remedy=f"Use: {', '.join(_GROUPS)}.")
    return name


def _included(given: list[str] | None) -> frozenset[str]:
    return frozenset(_OLDER.get(name, name) for name in _names(given or []))


def _names(given: Iterable[str]) -> frozenset[str]:
    """Read names that come as comma lists, once or several times."""
    return frozenset(name.strip() for text in given for name in text.split(",") if name.strip())
