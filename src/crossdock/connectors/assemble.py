"""Auth methods, fields, guides and causes, put together from a checked definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from crossdock.connectors.form import Field, GuideStep, Paste, PasteRule, Variant
from crossdock.connectors.matching import When
from crossdock.connectors.model import ENDPOINTS, AuthMethod, ButtonKind, Cause, Endpoint
from crossdock.connectors.patterns import SlowPatternError, compile_pattern
from crossdock.connectors.source import Source, Steps


class Link(Protocol):
    """Puts an operator's stand-in for a provider into an address; ``rewritten`` is the page's path there."""

    def __call__(self, address: str, rewritten: str | None = None) -> str:
        """Return the address to show."""
        ...


def at(source: Source, steps: Steps) -> Any:
    """Return what stands at the steps, or None."""
    value: Any = source.value
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value


def pattern(source: Source, steps: Steps) -> re.Pattern[str]:
    """Compile the pattern at the steps; raise DefinitionError where it is wrong or could be slow."""
    try:
        return compile_pattern(str(at(source, steps)))
    except SlowPatternError as error:
        raise source.wrong(steps, str(error)) from None


def paste_rules(source: Source, steps: Steps) -> tuple[PasteRule, ...]:
    """Return the paste rules of the list at the steps."""
    found = []
    for number, rule in enumerate(at(source, steps) or ()):
        found.append(
            PasteRule(
                cause=rule["cause"],
                pattern=pattern(source, (*steps, number, "pattern")) if "pattern" in rule else None,
                jwt=rule.get("jwt"),
                audience=rule.get("audience"),
                belongs_to=rule.get("belongs_to"),
            )
        )
    return tuple(found)


def method(source: Source, steps: Steps, *, link: Link, shared: tuple[PasteRule, ...]) -> AuthMethod:
    """Return the auth method at the steps; ``shared`` are the paste rules that end every field's own."""
    value = at(source, steps)
    life = value.get("access_life")
    endpoints = {name: _endpoint(value.get(name)) for name in ENDPOINTS}
    return AuthMethod(
        key=value["key"],
        label=value["label"],
        description=value["description"],
        kind=value["kind"],
        lifecycle=value["lifecycle"],
        environments=tuple(value["environments"]),
        setup_fields=_fields(source, (*steps, "setup_fields"), shared),
        user_fields=_fields(source, (*steps, "user_fields"), shared),
        guide=tuple(_guide_step(source.value["key"], value["key"], step, link) for step in value["guide"]),
        header=value["header"],
        scheme=value["scheme"],
        access_life=timedelta(seconds=life) if life else None,
        scopes=tuple(value.get("scopes", ())),
        issuer=link(value["issuer"]) if "issuer" in value else None,
        manage_link=link(value["manage"]["link"], value["manage"].get("rewritten")),
        manage_text=value["manage"]["text"],
        **endpoints,
    )


def _endpoint(value: Mapping[str, Any] | None) -> Endpoint | None:
    if value is None:
        return None
    return Endpoint(
        role=value["origin"], path=value["path"], encoding=value.get("encoding", "form"), body=dict(value["body"])
    )


def _fields(source: Source, steps: Steps, shared: tuple[PasteRule, ...]) -> tuple[Field, ...]:
    return tuple(_field(source, (*steps, number), shared) for number in range(len(at(source, steps) or ())))


def _field(source: Source, steps: Steps, shared: tuple[PasteRule, ...]) -> Field:
    value = at(source, steps)
    paste = None
    if "paste" in value:
        place = (*steps, "paste")
        paste = Paste(
            accept=pattern(source, (*place, "accept")),
            find=pattern(source, (*place, "find")),
            json_keys=tuple(value["paste"]["json_keys"]),
            refuse=paste_rules(source, (*place, "refuse")),
            otherwise=(*paste_rules(source, (*place, "otherwise")), *shared),
        )
    return Field(
        key=value["key"],
        label=value["label"],
        stores_as=value["stores_as"],
        kind=value["kind"],
        secret=value["secret"],
        required=value["required"],
        placeholder=value.get("placeholder"),
        description=value.get("description"),
        tooltip=value.get("tooltip"),
        options=tuple((option["value"], option["label"]) for option in value.get("options", ())),
        paste=paste,
    )


def _guide_step(connector: str, method_key: str, value: Mapping[str, Any], link: Link) -> GuideStep:
    target = value.get("link")
    return GuideStep(
        key=value["key"],
        title=value["title"],
        body=value["body"],
        image=f"{connector}/{method_key}/{value['key']}.png",
        alt=value["alt"],
        link=link(target["to"], target.get("rewritten")) if target else None,
        link_text=target["text"] if target else None,
        variants=tuple(Variant(one["title"], one["body"]) for one in value.get("variants", ())),
    )


def causes(source: Source, *, link: Link) -> dict[str, Cause]:
    """Return the causes by key, in the order in which replies are told apart."""
    return {key: _cause(source, key, link) for key in source.value["causes"]}


def _cause(source: Source, key: str, link: Link) -> Cause:
    value = source.value["causes"][key]
    button = value["button"]
    kind: ButtonKind = "step" if "step" in button else "link" if "link" in button else button["then"]
    texts = {
        name: value[name].replace("{provider}", source.value["name"]) for name in ("title", "explanation", "remedy")
    }
    return Cause(
        key=key,
        **texts,
        button=button["text"].replace("{provider}", source.value["name"]),
        button_kind=kind,
        button_step=button.get("step"),
        button_link=link(button["link"]) if "link" in button else None,
        disposition=value.get("disposition", "fix_request"),
        verdict=value.get("verdict"),
        status=value.get("status", 400),
        field=value.get("field"),
        when=tuple(_when(source, ("causes", key, "when", number)) for number in range(len(value.get("when", ())))),
        if_fresh=value.get("if_fresh"),
    )


def _when(source: Source, steps: Steps) -> When:
    value = at(source, steps)
    low, _, high = str(value["status"]).partition("-")
    return When(
        on=value.get("on", "api"),
        low=int(low),
        high=int(high or low),
        content=value.get("content"),
        headers={name: pattern(source, (*steps, "headers", name)) for name in value.get("headers", {})},
        json={path: pattern(source, (*steps, "json", path)) for path in value.get("json", {})},
        text=pattern(source, (*steps, "text")) if "text" in value else None,
    )
