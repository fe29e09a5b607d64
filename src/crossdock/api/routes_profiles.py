"""`/auth_configs`: connector profiles, that is each connector by each way of linking that the project uses."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from crossdock.accounts.model import Chosen, Integration
from crossdock.api.auth import SECURITY, AccountsReader, ProfilesWriter
from crossdock.api.context import ApiContext, Context
from crossdock.api.wire import Body, Text
from crossdock.connectors.model import Effect
from crossdock.kernel.clock import iso
from crossdock.kernel.errors import UnprocessableError

router = APIRouter(prefix="/auth_configs", tags=["Connectors"], dependencies=SECURITY)
_LARGEST_OFFSET: Final = 100_000
Names = Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=500)]


class AuthConfig(BaseModel):
    """A connector profile; what is secret of its setup is only named."""

    id: str
    name: str
    active: bool
    default: bool = Field(description="Whether links that name no profile offer this one for its way of linking.")
    categories: list[str]
    connector_key: str
    connector_label: str
    connector_version: str
    connector_owner: str
    connector_pinned_version: str | None = None
    logo_url: str
    release_stage: str
    authentication_config_key: str
    authentication_config_label: str
    environment: str | None = None
    scopes: list[str] = Field(description="What people are asked for; empty for what the connector asks for itself.")
    actions: list[str] = Field(description="Names or globs of the actions that its accounts may be called with.")
    effects: list[Effect] = Field(description="How far calls of its accounts may go.")
    setup: dict[str, str] = Field(description="What is open of the own application, as its client id.")
    secrets: list[str] = Field(description="What is kept sealed of it, by name.")
    redirect_uri: str | None = Field(default=None, description="The address to register at the provider, for OAuth.")
    accounts: int = Field(description="How many accounts are linked through it.")
    created_at: str
    updated_at: str


class AuthConfigsPage(BaseModel):
    """Some connector profiles."""

    data: list[AuthConfig]
    page: int
    page_size: int
    total: int


class AuthConfigPatch(Body):
    """What `PATCH /auth_configs/{id}` takes; an absent member or null leaves a field alone."""

    name: Text | None = None
    environment: str | None = Field(default=None, max_length=64, description="Empty leaves it to the credential.")
    scopes: Names | None = Field(default=None, description="Names of `scope_definitions`.")
    actions: Names | None = Field(default=None, description="Names or globs; `*` is every action.")
    effects: list[Effect] | None = Field(default=None, description="`read` is always in it.")
    active: bool | None = None
    default: bool | None = Field(default=None, description="Only true: another one becomes the default in its place.")
    setup: dict[str, Annotated[str, Field(max_length=4000)]] | None = Field(
        default=None, description="The own application's fields; a secret that is left out stays as it is."
    )

    def chosen(self) -> Chosen:
        """Return what changes; raise UnprocessableError where the default would be left without a successor."""
        if self.default is False:
            raise UnprocessableError(
                "A default is not given up.", remedy="Send `default: true` for the profile that takes its place."
            )
        switch: Literal["on", "off"] | None = None
        if self.active is not None:
            switch = "on" if self.active else "off"
        return Chosen(
            name=self.name,
            environment=self.environment,
            scopes=self.scopes,
            actions=self.actions,
            effects=None if self.effects is None else frozenset(self.effects),
            switch=switch,
            standing="default" if self.default else None,
        )


class AuthConfigCreate(AuthConfigPatch):
    """What `POST /auth_configs` takes."""

    connector_key: str = Field(min_length=1, max_length=64)
    authentication_config_key: str = Field(min_length=1, max_length=64, description="The way of linking.")


@router.get("", response_model=AuthConfigsPage)
async def list_auth_configs(
    context: Context,
    principal: AccountsReader,
    connector_key: str | None = None,
    enabled: bool | None = None,  # noqa: FBT001 - a query's word of the wire
    page: Annotated[int, Query(ge=1, le=_LARGEST_OFFSET)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
) -> AuthConfigsPage:
    """List the project's connector profiles: each connector by each way to link that the project uses."""
    held = await context.integrations.list(project_id=principal.project_id)
    wanted = [
        one for one in held if connector_key in {None, one.connector_key} and (enabled is None or one.active is enabled)
    ]
    uses = await context.integrations.uses(project_id=principal.project_id)
    shown = wanted[(page - 1) * page_size : page * page_size]
    return AuthConfigsPage(
        data=[_told(context, one, uses.get(one.id, 0)) for one in shown],
        page=page,
        page_size=page_size,
        total=len(wanted),
    )


@router.post("", response_model=AuthConfig)
async def create_auth_config(context: Context, principal: ProfilesWriter, body: AuthConfigCreate) -> AuthConfig:
    """Make a connector profile; the first one of its way of linking is the default."""
    made = await context.integrations.create(
        project_id=principal.project_id,
        connector_key=body.connector_key,
        auth_method=body.authentication_config_key,
        setup=body.setup or {},
        actor=principal.actor,
        chosen=body.chosen(),
    )
    return _told(context, made, 0)


@router.get("/{profile_id}", response_model=AuthConfig)
async def get_auth_config(context: Context, principal: AccountsReader, profile_id: str) -> AuthConfig:
    """Read one connector profile."""
    held = await context.integrations.get(project_id=principal.project_id, integration_id=profile_id)
    return await _counted(context, held)


@router.patch("/{profile_id}", response_model=AuthConfig)
async def update_auth_config(
    context: Context, principal: ProfilesWriter, profile_id: str, body: AuthConfigPatch
) -> AuthConfig:
    """Change a connector profile, for the calls of its accounts from now on."""
    chosen = body.chosen()
    if chosen == Chosen() and not body.setup:
        held = await context.integrations.get(project_id=principal.project_id, integration_id=profile_id)
        return await _counted(context, held)
    kept = await context.integrations.update(
        project_id=principal.project_id,
        integration_id=profile_id,
        actor=principal.actor,
        setup=body.setup,
        chosen=chosen,
    )
    return await _counted(context, kept)


@router.delete("/{profile_id}", response_model=AuthConfig)
async def delete_auth_config(context: Context, principal: ProfilesWriter, profile_id: str) -> AuthConfig:
    """Delete a connector profile that no account is linked through, and erase its secrets."""
    gone = await context.integrations.delete(
        project_id=principal.project_id, integration_id=profile_id, actor=principal.actor
    )
    return _told(context, gone, 0)


async def _counted(context: ApiContext, one: Integration) -> AuthConfig:
    uses = await context.integrations.uses(project_id=one.project_id)
    return _told(context, one, uses.get(one.id, 0))


def _told(context: ApiContext, one: Integration, accounts: int) -> AuthConfig:
    connector = context.catalogue.get(one.connector_key)
    method = connector.auth_method(one.auth_method)
    return AuthConfig(
        id=one.id,
        name=one.name,
        active=one.active,
        default=one.is_default,
        categories=[connector.category],
        connector_key=connector.key,
        connector_label=connector.name,
        connector_version=connector.version,
        connector_owner="crossdock",
        logo_url=f"{context.hub_url}/static/{connector.icon}",
        release_stage=connector.release_stage,
        authentication_config_key=method.key,
        authentication_config_label=method.label,
        environment=one.environment,
        scopes=list(one.scopes),
        actions=list(one.actions),
        effects=sorted(one.effects),
        setup={name: str(value) for name, value in one.setup.items()},
        secrets=list(one.setup_secrets),
        redirect_uri=context.oauth.callback_url(connector.key) if method.kind == "oauth2" else None,
        accounts=accounts,
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at),
    )
