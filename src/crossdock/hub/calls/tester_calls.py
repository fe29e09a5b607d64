"""What the request tester asks of an account: who may, what was typed, the call itself and what came of it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from crossdock.accounts.model import Account
from crossdock.actions.history import History
from crossdock.actions.model import ActionCall, Manner
from crossdock.connectors import requests
from crossdock.connectors.model import Action, Connector
from crossdock.connectors.replies import ActionResult, File
from crossdock.connectors.requests import ActionInputs
from crossdock.db.pool import Row
from crossdock.hub import call_marks, notices, pretty
from crossdock.hub.calls import schema_form, schema_values
from crossdock.hub.calls.schema_form import Filled
from crossdock.hub.calls.tester_views import FileView, InputView, LookView, ResultView
from crossdock.hub.calls.views import TextView
from crossdock.hub.desk import Desk
from crossdock.hub.forms import Form
from crossdock.hub.i18n import Texts
from crossdock.hub.views_dashboard import BadgeView
from crossdock.kernel import callers
from crossdock.kernel.errors import CrossdockError, ForbiddenError, NotFoundError, UnprocessableError

Mode = Literal["form", "json"]
_PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_KIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the tester stands: an account, and one of its connector's actions."""

    account: Account
    connector: Connector
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed in: as fields or as one text of JSON, which then is None where it cannot be read."""

    mode: Mode = "form"
    filled: Filled = field(default_factory=Filled)
    text: str | None = None

    @property
    def is_readable(self) -> bool:
        """Whether everything can be read, right or wrong."""
        return not self.filled.broken and (self.mode == "form" or self.text is None)

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs as they are sent."""
        return dict(self.filled.values) if self.mode == "json" else schema_values.sent(self.filled.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a call: its line in the log where it has one, and a result or an error."""

    call_id: str
    row: Row | None
    milliseconds: int
    result: ActionResult | None = None
    error: CrossdockError | None = None


def typed(form: Form, action: Action) -> Typed:
    """Read what was sent: whole inputs as JSON, a text of them, or fields."""
    whole = schema_values.from_text(form.get("inputs")) if form.get("inputs") else None
    mode: Mode = "json" if form.get("mode") == "json" else "form"
    if whole is not None:
        return Typed(mode=mode, filled=Filled(values=whole))
    if mode == "form":
        return Typed(filled=schema_values.read(form=form, inputs=action.inputs))
    told = schema_values.from_text(form.get("text"))
    if told is None:
        return Typed(mode="json", text=form.get("text"))
    return Typed(mode="json", filled=Filled(values=told))


def refusal(desk: Desk, place: Place) -> ForbiddenError | None:
    """Return why the account or the person may not run the action, None where both may."""
    account, action, texts = place.account, place.action, desk.texts
    if action.effect not in account.effects:
        return ForbiddenError(
            texts.text("This account is linked without the permission that this action needs."),
            remedy=texts.text("Allow it under Edit on the account's page, or take an action that only reads."),
        )
    if not account.choice.allows(action=action.name, effect=action.effect):
        return ForbiddenError(
            texts.text("The connector profile of this account is not made for this action."),
            remedy=texts.text("Take another action or account, or widen the profile under Connectors."),
        )
    if action.effect != "read" and not desk.may("actions:write"):
        return ForbiddenError(
            texts.text("Your role only reads."), remedy=texts.text("Ask an owner or admin of the project to run it.")
        )
    return None


def text_problem(texts: Texts, text: str) -> str:
    """Say why a text is not the inputs of an action, and what to do about it."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return texts.text(
            "This is not JSON: reading stopped at line %(line)s, character %(character)s. "
            "Look there for a missing quote, comma or bracket.",
            line=error.lineno,
            character=error.colno,
        )
    except RecursionError:
        return texts.text("This is nested too deeply to be read. Take some of it out.")
    return texts.text("Write one object of path, query and body, such as %(example)s.", example='{"query": {}}')


def problems(place: Place, inputs: Mapping[str, Any]) -> UnprocessableError | None:
    """Return what is wrong with the inputs before anything is sent, None where they are in order."""
    given = ActionInputs(path=inputs.get("path", {}), query=inputs.get("query", {}), body=inputs.get("body"))
    environment = place.connector.environment(place.account.environment)
    try:
        requests.action_request(connector=place.connector, action=place.action, environment=environment, inputs=given)
    except UnprocessableError as error:
        return error
    return None


async def run(desk: Desk, place: Place, inputs: Mapping[str, Any], *, once: str | None) -> Outcome:
    """Run the action as the person who is signed in; ``once`` makes a write happen once however often it is sent."""
    call_id = desk.ctx.projects.ids.new("call")
    call = ActionCall(
        action=place.action.name,
        path=inputs.get("path", {}),
        query=inputs.get("query", {}),
        body=inputs.get("body"),
        manner=Manner(once=once, id=call_id, source_ip=callers.source_ip(desk.request.scope)),
    )
    began = desk.ctx.clock.monotonic()
    result, failed = None, None
    try:
        result = await desk.ctx.calls.actions.run(principal=desk.principal, account_id=place.account.id, call=call)
    except CrossdockError as error:
        failed = error
    took = round((desk.ctx.clock.monotonic() - began) * 1000)
    return Outcome(call_id=call_id, row=await _line(desk, call_id), milliseconds=took, result=result, error=failed)


def shown(desk: Desk, outcome: Outcome, groups: Sequence[InputView]) -> ResultView:
    """Show what came of a call; wrong inputs lead to their fields."""
    texts, error, result = desk.texts, outcome.error, outcome.result
    fields = {view.name: view.id for view in _flat(groups)}
    data, left_out = pretty.cut(_data(result)) if result else ("", 0)
    return ResultView(
        status=_status(desk, outcome),
        milliseconds=outcome.milliseconds,
        log=f"/dashboard/logs/{outcome.call_id}" if outcome.row is not None else None,
        call=outcome.call_id,
        problem=notices.problem(error) if error else None,
        wrong=[(place, said, fields.get(place, "")) for place, said in wrong(error).items()],
        warnings=result.warnings if result else (),
        data=data,
        left_out=left_out,
        said=[TextView(label=texts.text("The provider said"), text=one) for one in _raw(error, result)],
        file=_file(desk, result.file) if result and result.file else None,
        next=(result.next or "") if result else "",
        look=_look(error),
    )


def wrong(error: CrossdockError | None) -> dict[str, str]:
    """Return what is wrong with which input."""
    told = error.detail.get("errors", ()) if error else ()
    return {one["field"]: one["message"] for one in told if "field" in one and "message" in one}


def text_of(values: Mapping[str, Any], action: Action) -> str:
    """Write the inputs as JSON; where there are none yet, the places that the action takes them in."""
    places: dict[str, Any] = {place: {} for place in schema_form.PLACES if place in action.inputs.get("properties", {})}
    return pretty.written({**places, **values})


async def _line(desk: Desk, call_id: str) -> Row | None:
    await desk.ctx.calls.log.settle()
    try:
        return await History(desk.ctx.db).call(project_id=desk.project_id, call_id=call_id)
    except NotFoundError:
        return None


def _status(desk: Desk, outcome: Outcome) -> BadgeView:
    if outcome.row is not None:
        return call_marks.status(desk.texts, outcome.row["status"], cause=outcome.row["cause"])
    if outcome.error is not None:
        return call_marks.status(desk.texts, outcome.error.http_status, cause=outcome.error.error_code)
    return BadgeView(text=desk.texts.text("Done"), tone="good")


def _data(result: ActionResult) -> str:
    told: Any = result.data
    if result.file is not None and isinstance(told, dict):
        told = {name: value for name, value in told.items() if name != "content"}
    return pretty.written(told)


def _look(error: CrossdockError | None) -> LookView | None:
    told = error.detail.get("look_with") if error else None
    return LookView(action=told["action"], inputs=pretty.written(told["inputs"])) if told else None


def _raw(error: CrossdockError | None, result: ActionResult | None) -> list[str]:
    told = error.detail.get("provider_errors", ()) if error else result.errors if result else ()
    words = [one["raw"] for one in told if one.get("raw")]
    return [pretty.indented(raw["text"]) if raw.keys() == {"text"} else pretty.written(raw) for raw in words]


def _file(desk: Desk, file: File) -> FileView:
    """Offer a file out of the page itself: it is kept nowhere, and its type never lets a browser run it."""
    content = b64encode(file.content).decode()
    size = desk.texts.text("%(size)s KiB", size=max(1, round(len(file.content) / _KIB)))
    return FileView(
        name=file.name,
        said=f"{file.type} · {size}",
        url=f"data:application/octet-stream;base64,{content}",
        picture=f"data:{file.type};base64,{content}" if file.type in _PICTURES else "",
    )


def _flat(views: Sequence[InputView]) -> Iterator[InputView]:
    for view in views:
        yield view
        yield from _flat(view.inputs)


def has_gaps(values: Mapping[str, Any]) -> bool:
    """Tell whether something stands in pointed brackets, to be replaced by something that is there."""
    return "<" in json.dumps(values, ensure_ascii=False)
