"""The catalogue of actions on the wire: connectors with their actions, ways to authenticate, and guides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from crossdock.actions.search import Hit
from crossdock.api.wire import Body
from crossdock.connectors.form import GuideStep
from crossdock.connectors.model import Action, AuthMethod, Connector


class ScopeTold(BaseModel):
    """A permission at the provider."""

    name: str
    description: str


class ImageTold(BaseModel):
    """A picture of a guide."""

    src: str
    alt: str


class GuideStepTold(BaseModel):
    """One step of a guide; `list` says what else may be seen, and what to do then."""

    title: str
    content: str
    list: Sequence[str] | None = None
    image: ImageTold | None = None


class GuideSection(BaseModel):
    """A section of a guide."""

    title: str
    content: str
    steps: Sequence[GuideStepTold] | None = None


class Guide(BaseModel):
    """How something is done, in sections."""

    sections: list[GuideSection]


class Guides(BaseModel):
    """`setup` is for whoever runs the application, where it needs one; `config` for who links an account."""

    setup: Guide | None = None
    config: Guide


class Support(BaseModel):
    """Where a person finds the credential."""

    link: str | None = None
    description: str | None = None
    guides: Guides | None = None


class AuthenticationTold(BaseModel):
    """A way to authenticate at the provider."""

    type: str
    key: str
    label: str
    required_scopes: list[str]
    support: Support | None = None


class ActionTold(BaseModel):
    """An action; `id` is what `POST /actions/rpc` takes as `action`."""

    id: str
    label: str
    description: str
    schema_type: str
    tags: list[str]
    required_scopes: list[str]
    authentication: list[AuthenticationTold] | None = None
    action_details: dict[str, Any] | None = None


class ActionsMeta(BaseModel):
    """A connector with its actions, for one account or integration where the list is grouped by these."""

    key: str
    name: str
    version: str
    description: str
    icon: str
    release_stage: str
    categories: list[str]
    account_id: str | None = None
    integration_id: str | None = None
    scope_definitions: list[ScopeTold]
    authentication: list[AuthenticationTold]
    actions: list[ActionTold] | None = None


class ActionsMetaPage(BaseModel):
    """Some connectors with their actions; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[ActionsMeta]


class ActionSearch(Body):
    """What `POST /actions/search` takes."""

    query: str = Field(min_length=1, max_length=1000)
    connector: str | None = Field(default=None, max_length=64)
    top_k: float | None = Field(default=100, ge=1, le=1000, description="How many results at most.")
    min_similarity: float | None = Field(default=0.4, ge=0, le=1, description="The lowest score, from 0 to 1.")
    project_id: str | None = Field(default=None, description="Sent by some clients; the key's project counts.")


class ActionFound(BaseModel):
    """An action that fits a search; `id` holds connector, version and name as the clients take it apart."""

    id: str
    action_name: str
    connector_key: str
    description: str
    label: str
    project_id: str
    similarity_score: float


class ActionsFound(BaseModel):
    """The actions that fit, the best first."""

    results: list[ActionFound]
    total_count: int
    query: str
    connector_filter: str | None = Field(default=None, description="Absent where none was given.")
    project_filter: str | None = Field(default=None, description="Absent where none was given.")


class ActionBuild(Body):
    """What `POST /actions/build` takes."""

    connector_key: str | None = Field(default=None, max_length=64)
    force_refresh: bool | None = False


class ActionsBuilt(BaseModel):
    """How the index of the search stands."""

    status: Literal["accepted", "success", "error"]
    actions_indexed: int
    message: str
    connector_filter: str | None = Field(default=None, description="Absent where none was given.")
    error: str | None = Field(default=None, description="Why nothing was built; absent unless the status is `error`.")


def found(*, hit: Hit, project_id: str) -> ActionFound:
    """Tell a search's hit."""
    key, name = hit.connector.key, hit.action.name
    return ActionFound(
        id=f"{key}_{hit.connector.version}_{name}_global",
        action_name=name,
        connector_key=key,
        description=hit.action.description,
        label=hit.action.label,
        project_id=project_id,
        similarity_score=hit.score,
    )


def action_told(*, connector: Connector, action: Action, included: frozenset[str]) -> ActionTold:
    """Tell an action, with its inputs where `action_details` are wanted."""
    detailed = "action_details" in included
    return ActionTold(
        id=action.name,
        label=action.label,
        description=action.description,
        schema_type="native",
        tags=[action.effect, *(["metered"] if action.metered else [])],
        required_scopes=list(action.scopes),
        authentication=[_way(method, action.scopes) for method in connector.auth_methods] if detailed else None,
        action_details=_details(action) if detailed else None,
    )


def authentication(
    *, connector: Connector, method: AuthMethod, hub_url: str, included: frozenset[str]
) -> AuthenticationTold:
    """Tell a way to authenticate, with its guides where they are wanted."""
    told = _way(method, method.scopes)
    guides = _guides(connector, method, hub_url) if "authentication_guides" in included else None
    support = Support(link=method.guide[0].link, description=method.guide[0].link_text, guides=guides)
    return told.model_copy(update={"support": support})


def _way(method: AuthMethod, scopes: Sequence[str]) -> AuthenticationTold:
    kind = "oauth2" if method.kind == "oauth2" else "custom"
    return AuthenticationTold(type=kind, key=method.key, label=method.label, required_scopes=list(scopes))


def _details(action: Action) -> dict[str, Any]:
    return {
        "effect": action.effect,
        "idempotent": action.idempotent,
        "metered": action.metered,
        "paginated": action.paging is not None,
        "inputs": action.inputs,
        "docs": action.docs,
    }


def _guides(connector: Connector, method: AuthMethod, hub_url: str) -> Guides:
    steps = [_step(step, hub_url) for step in method.guide]
    linking = GuideSection(title=f"{connector.name}: {method.label}", content=method.description, steps=steps)
    return Guides(setup=_setup(connector, method), config=Guide(sections=[linking]))


def _setup(connector: Connector, method: AuthMethod) -> Guide | None:
    if not method.setup_fields:
        return None
    steps = [
        GuideStepTold(title=field.label, content=field.description or f"As {connector.name} shows it.")
        for field in method.setup_fields
    ]
    intro = f"Register an application at {connector.name} and enter what its page shows, once for the project."
    return Guide(sections=[GuideSection(title=f"{connector.name}: the application", content=intro, steps=steps)])


def _step(step: GuideStep, hub_url: str) -> GuideStepTold:
    return GuideStepTold(
        title=step.title,
        content=step.body,
        list=[f"{variant.title}: {variant.body}" for variant in step.variants] or None,
        image=ImageTold(src=f"{hub_url}/static/guides/{step.image}", alt=step.alt),
    )


def connector_told(
    *,
    connector: Connector,
    hub_url: str,
    included: frozenset[str],
    actions: list[ActionTold] | None,
    ids: Mapping[str, str],
) -> ActionsMeta:
    """Tell a connector with these actions, None to leave them out; ``ids`` name the account or integration."""
    return ActionsMeta(
        key=connector.key,
        name=connector.name,
        version=connector.version,
        description=connector.description,
        icon=f"{hub_url}/static/{connector.icon}",
        release_stage=connector.release_stage,
        categories=[connector.category],
        account_id=ids.get("account_id"),
        integration_id=ids.get("integration_id"),
        scope_definitions=[ScopeTold(name=scope.key, description=scope.label) for scope in connector.scopes.values()],
        authentication=[
            authentication(connector=connector, method=method, hub_url=hub_url, included=included)
            for method in connector.auth_methods
        ],
        actions=actions,
    )
