"""The link flow's views, made from the domain's objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from crossdock.accounts.model import Account, Candidate
from crossdock.connectors import guide
from crossdock.connectors.choice import EVERYTHING, Choice
from crossdock.connectors.form import Field, GuideStep
from crossdock.connectors.model import AuthMethod, Cause, Connector, Effect, Environment
from crossdock.hub import life, logos, pasting
from crossdock.hub.views_link import (
    AccessView,
    ButtonView,
    CheckView,
    ConfirmView,
    FieldView,
    GuideStepView,
    LinkedView,
    OfferView,
    ProblemView,
    TestView,
)
from crossdock.hub.visit import Visit
from crossdock.linking.session import Attempt, Offer

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_twin(environment: Environment) -> bool:
    """Tell whether this environment is a stand-in on the same machine."""
    return all(urlsplit(origin).hostname in _LOOPBACK for origin in environment.origins.values())


def by_connector(offers: Iterable[Offer]) -> dict[str, list[Offer]]:
    """Group what is on offer by connector, in the order given."""
    found: dict[str, list[Offer]] = {}
    for offer in offers:
        found.setdefault(offer.connector.key, []).append(offer)
    return found


def offer(visit: Visit, offers: Sequence[Offer]) -> OfferView:
    """Show a connector in the picker."""
    connector = offers[0].connector
    return OfferView(
        name=connector.name,
        url=f"{visit.home}/{offers[0].integration_id}",
        logo=logos.of(connector, assets=visit.ctx.renderer.assets),
        category=visit.texts.text(connector.category.capitalize()),
        methods=tuple(one.method.label for one in offers),
    )


def access(visit: Visit, connector: Connector, effects: frozenset[Effect], *, choice: Choice) -> AccessView:
    """Show the read-only switch and what it keeps off, of what the profile is for."""
    only_reads = choice.effects <= {"read"}

    def labels(effect: Effect) -> tuple[str, ...]:
        return tuple(action.label for action in choice.of(connector) if action.effect == effect)

    return AccessView(
        read_only=only_reads or effects <= {"read"},
        locked=only_reads or visit.session.effects_locked,
        reads=labels("read"),
        writes=labels("write"),
        destructive=labels("destructive"),
        destructive_on="destructive" in effects,
    )


def fields(
    visit: Visit,
    connector: Connector,
    method: AuthMethod,
    *,
    account: Account | None,
    wrong: Mapping[str, ProblemView],
) -> list[FieldView]:
    """Show the form's fields, filled with what the account has in the open."""
    setup = account.setup_text() if account else {}
    hints = account.secret_hints if account else {}
    return [
        FieldView(
            key=one.key,
            label=one.label,
            kind=_kind(one),
            required=one.required,
            description=one.description or one.tooltip or "",
            placeholder=one.placeholder or "",
            value="" if one.secret else setup.get(one.stores_as, ""),
            kept=f"••••{hints[one.stores_as]}" if hints.get(one.stores_as) else "",
            options=one.options,
            rules=pasting.rules(visit.texts, connector=connector, method=method, field=one),
            problem=wrong.get(one.key),
        )
        for one in method.user_fields
    ]


def steps(visit: Visit, method: AuthMethod, *, highlighted: str) -> list[GuideStepView]:
    """Show the guide; a picture that was not made is left out."""
    return [_step(visit, number, one, highlighted) for number, one in enumerate(method.guide, start=1)]


def problem(visit: Visit, cause: Cause, *, attempt: Attempt, method: AuthMethod) -> ProblemView:
    """Show why something failed, with the one button that leads on."""
    return ProblemView(
        title=visit.texts.text(cause.title),
        explanation=visit.texts.text(cause.explanation),
        remedy=visit.texts.text(cause.remedy),
        button=_button(visit, cause, attempt, method),
        tone="warn" if cause.verdict == "weather" else "bad",
        code=cause.key,
    )


def tested(visit: Visit, attempt: Attempt, connector: Connector, method: AuthMethod, cause: Cause | None) -> TestView:
    """Show the test as it stands."""
    checks = [
        CheckView(
            label=visit.texts.text(one.label), state=one.state, text=visit.texts.text(one.text) if one.text else ""
        )
        for one in attempt.checklist
    ]
    passed = sum(one.state in {"ok", "warn"} for one in checks)
    running = attempt.status in {"pending", "testing"}
    said = visit.texts.text("%(passed)s of %(all)s checks passed.", passed=passed, all=len(checks))
    return TestView(
        frame=visit.frame("test"),
        name=connector.name,
        logo=logos.of(connector, assets=visit.ctx.renderer.assets),
        checks=() if attempt.status == "pending" else checks,
        running=running,
        said=said if cause is None else f"{visit.texts.text(cause.title)} {visit.texts.text(cause.remedy)}",
        problem=problem(visit, cause, attempt=attempt, method=method) if cause else None,
        provider_answer=attempt.provider_body or "",
        waiting_elsewhere=attempt.status == "pending",
    )


def confirm(
    visit: Visit, attempt: Attempt, candidate: Candidate, connector: Connector, method: AuthMethod
) -> ConfirmView:
    """Show what is about to be linked."""
    environment = connector.environment(candidate.environment)
    before = attempt.conflict.get("before") or {}
    differs = attempt.conflict.get("kind") == "identity_differs"
    identity = candidate.identity
    path = f"{visit.home}/attempts/{attempt.id}"
    found = tuple(sorted(candidate.scopes_found))
    return ConfirmView(
        frame=visit.frame("confirm"),
        name=connector.name,
        logo=logos.of(connector, assets=visit.ctx.renderer.assets),
        identity=(identity.name if identity else "") or connector.name,
        facts=[
            (visit.texts.text(label), visit.texts.fact(value))
            for label, value in (identity.details if identity else {}).items()
        ],
        environment=environment.name,
        test_type=environment.type == "test",
        scopes_found=_labels(connector, found),
        scopes_missing=_labels(connector, sorted(candidate.scopes_missing)),
        access=access(visit, connector, attempt.effects, choice=EVERYTHING),
        life=life.promise(visit.texts, method=method, name=connector.name, hard_end=candidate.hard_end_at),
        action=f"{path}/confirm",
        cancel=f"{path}/cancel",
        was=str(before.get("name") or before.get("id") or visit.texts.text("another account")) if differs else None,
        already=attempt.conflict.get("kind") == "already_linked",
        token_could_write=not found or any(not scope.endswith(":read") for scope in found),
    )


def linked(visit: Visit, attempt: Attempt, account: Account, connector: Connector, method: AuthMethod) -> LinkedView:
    """Show the receipt."""
    texts, session = visit.texts, visit.session
    message = {"type": "AccountConnected", "account": {"id": account.id, "provider": account.connector_key}}
    revoke = [
        texts.text("Here: %(who)s can pause or delete it on the dashboard.", who=texts.text("the app that sent you")),
    ]
    back = session.return_url or (f"/dashboard/accounts/{account.id}" if session.channel == "dashboard" else None)
    return LinkedView(
        frame=visit.frame("linked"),
        name=connector.name,
        logo=logos.of(connector, assets=visit.ctx.renderer.assets),
        identity=account.identity.name if account.identity else connector.name,
        account_id=account.id,
        facts=receipt(visit, account, connector),
        life=life.promise(texts, method=method, name=connector.name, hard_end=account.hard_end_at),
        revoke=revoke,
        revoke_link=method.manage_link or None,
        revoke_text=texts.text(method.manage_text),
        back=ButtonView(label=texts.text("Go back to where you were"), url=back) if back else None,
        receipt_url=f"{visit.home}/attempts/{attempt.id}/receipt",
        message=json.dumps(message),
        origins=json.dumps(visit.openness.ancestors),
        relinked=session.account_id is not None,
    )


def receipt(visit: Visit, account: Account, connector: Connector) -> list[tuple[str, str]]:
    """Return what was granted, line by line."""
    texts = visit.texts
    environment = connector.environment(account.environment)
    granted = texts.text("Read only") if account.effects <= {"read"} else texts.text("Read and write")
    if "destructive" in account.effects:
        granted = texts.text("Read, write, and what cannot be undone")
    rows = [
        (texts.text("Provider"), f"{connector.name}, {environment.name}"),
        (texts.text("Account"), account.identity.name if account.identity else ""),
        (texts.text("Linked for"), account.origin_owner_name),
        (texts.text("May"), granted),
        (texts.text("Linked"), texts.moment(account.updated_at)),
    ]
    return [row for row in rows if row[1]]


def _kind(one: Field) -> Literal["text", "secret", "number", "select", "text_area"]:
    return "secret" if one.kind == "password" or one.secret else one.kind


def _step(visit: Visit, number: int, one: GuideStep, highlighted: str) -> GuideStepView:
    return GuideStepView(
        key=one.key,
        number=number,
        title=visit.texts.text(one.title),
        body=visit.texts.text(one.body),
        image=visit.ctx.renderer.assets.picture(f"guides/{one.image}"),
        alt=visit.texts.text(one.alt),
        link=one.link,
        link_text=visit.texts.text(one.link_text) if one.link_text else "",
        variants=tuple((visit.texts.text(each.title), visit.texts.text(each.body)) for each in one.variants),
        highlighted=one.key == highlighted,
    )


def _button(visit: Visit, cause: Cause, attempt: Attempt, method: AuthMethod) -> ButtonView:
    label = visit.texts.text(cause.button)
    form = f"{visit.home}/{attempt.integration_id}?attempt={attempt.id}"
    if cause.button_kind == "retest":
        return ButtonView(label=label, url=f"{visit.home}/attempts/{attempt.id}/retest", posts=True)
    if cause.button_kind == "link" and cause.button_link:
        return ButtonView(label=label, url=cause.button_link, outside=True)
    step = guide.step_for(method=method, cause=cause)
    if step is not None:
        return ButtonView(label=label, url=f"{form}&step={step}#step-{step}")
    return ButtonView(label=label, url=form)


def _labels(connector: Connector, scopes: Sequence[str]) -> tuple[str, ...]:
    return tuple(connector.scopes[key].label if key in connector.scopes else key for key in scopes)


def name_of(account: Account) -> str:
    """Return what people call an account: the name it was given here, else the one at the provider."""
    return account.label or (account.identity.name if account.identity else "") or account.origin_owner_name
