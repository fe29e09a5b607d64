"""What a schema cannot see: that every name in a definition leads somewhere."""

from __future__ import annotations

from crossdock.connectors.model import ENDPOINTS, AuthMethod, Cause, Connector
from crossdock.connectors.source import Source, Steps

# Causes that are chosen by code and not by a paste rule, a reply or a transport failure.
CHOSEN_BY_CODE = (
    *("paste_empty", "paste_blank", "paste_several", "paste_not_a_token"),
    *("test_interrupted", "provider_error"),
    *("oauth_denied", "oauth_mixed_up", "oauth_error"),
    *("refresh_interrupted", "credential_ended", "credential_ending"),
)
# Needed only where a connector has both worlds, so that a token of one can be pasted where the other is wanted.
WRONG_WORLD = ("test_token_in_production", "production_token_in_test")
TRANSPORT_KINDS = (
    *("refused", "dns", "tls", "connect_timeout", "read_timeout", "cut_off", "too_large", "blocked", "bad_reply"),
)


def check(source: Source, connector: Connector) -> None:
    """Raise DefinitionError for the first name that leads nowhere."""
    _present(source, connector)
    for cause in connector.causes.values():
        _cause(source, connector, cause)
    for place, method in enumerate(connector.auth_methods):
        _method(source, connector, ("auth", place), method)
    _probe(source, connector)
    for name, action in connector.actions.items():
        steps: Steps = ("actions", name.removeprefix(f"{connector.key}_"))
        _scopes(source, connector, (*steps, "scopes"), action.scopes)
        looking = connector.actions.get(action.look.action) if action.look else None
        if action.look is not None and (looking is None or looking.effect != "read"):
            raise source.wrong((*steps, "look", "with"), f"there is no action `{action.look.action}` that reads")


def _present(source: Source, connector: Connector) -> None:
    both = len({environment.type for environment in connector.environments}) > 1
    needed = (*CHOSEN_BY_CODE, *(WRONG_WORLD if both else ()))
    missing = [key for key in needed if key not in connector.causes]
    if missing:
        raise source.wrong(("causes",), f"the cause `{missing[0]}` is missing")
    silent = [kind for kind in TRANSPORT_KINDS if connector.transport.get(kind) not in connector.causes]
    if silent:
        raise source.wrong(("transport", silent[0]), f"`{silent[0]}` leads to no cause")


def _cause(source: Source, connector: Connector, cause: Cause) -> None:
    place: Steps = ("causes", cause.key)
    steps = {step.key for method in connector.auth_methods for step in method.guide}
    fields = {field.key for method in connector.auth_methods for field in method.user_fields}
    if cause.button_step is not None and cause.button_step not in steps:
        raise source.wrong((*place, "button"), f"no guide has a step `{cause.button_step}`")
    if cause.if_fresh is not None and cause.if_fresh not in connector.causes:
        raise source.wrong((*place, "if_fresh"), f"there is no cause `{cause.if_fresh}`")
    if cause.field is not None and cause.field not in fields:
        raise source.wrong((*place, "field"), f"there is no field `{cause.field}`")


def _method(source: Source, connector: Connector, place: Steps, method: AuthMethod) -> None:
    environments = {environment.key: environment for environment in connector.environments}
    for key in method.environments:
        if key not in environments:
            raise source.wrong((*place, "environments"), f"there is no environment `{key}`")
    for number, field in enumerate(method.user_fields):
        rules = (*field.paste.refuse, *field.paste.otherwise) if field.paste else ()
        for rule in rules:
            if rule.cause not in connector.causes:
                raise source.wrong((*place, "user_fields", number, "paste"), f"there is no cause `{rule.cause}`")
    for name in ENDPOINTS:
        endpoint = getattr(method, name)
        if endpoint and any(endpoint.role not in environments[key].origins for key in method.environments):
            raise source.wrong((*place, name, "origin"), f"an environment has no origin `{endpoint.role}`")


def _probe(source: Source, connector: Connector) -> None:
    known = {step.key for step in connector.probe}
    methods = {method.key for method in connector.auth_methods}
    for number, step in enumerate(connector.probe):
        place: Steps = ("probe", number)
        if step.instead_of is not None and step.instead_of not in known:
            raise source.wrong((*place, "instead_of"), f"there is no probe step `{step.instead_of}`")
        if not step.methods <= methods:
            raise source.wrong((*place, "methods"), f"there is no method `{min(step.methods - methods)}`")
        _scopes(source, connector, (*place, "proves"), step.proves)
    for key, scope in connector.scopes.items():
        if scope.proven_by is not None and scope.proven_by not in known:
            raise source.wrong(("scopes", key, "proven_by"), f"there is no probe step `{scope.proven_by}`")


def _scopes(source: Source, connector: Connector, place: Steps, scopes: tuple[str, ...]) -> None:
    for scope in scopes:
        if scope not in connector.scopes:
            raise source.wrong(place, f"there is no scope `{scope}`")
