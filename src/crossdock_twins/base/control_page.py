"""The control page at `/_twin/`: what the control API does, for people, without JavaScript."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base import twin
from crossdock_twins.base.faults import FaultKind
from crossdock_twins.base.inputs import ControlError, Members
from crossdock_twins.base.twin import Control

PAGE = "/_twin/"
_SHOWN_ENTRIES = 50
_SHOWN_DELIVERIES = 20
_LIVE_ENTRIES = 200

Deed = Callable[[FormData], str]


def routes(control: Control) -> list[BaseRoute]:
    """Give the page's routes, relative to `/_twin`."""

    async def page(request: Request) -> Response:
        return control.pages.render(
            request,
            "twin/control.html",
            control=control,
            now=control.clock.now(),
            kinds=tuple(FaultKind),
            faults=control.faults.all(),
            accounts=control.twin.accounts(),
            entries=tuple(reversed(control.journal.entries(limit=_SHOWN_ENTRIES))),
            shown=_SHOWN_ENTRIES,
            deliveries=tuple(reversed(control.deliveries.shown(limit=_SHOWN_DELIVERIES))),
            deliveries_shown=_SHOWN_DELIVERIES,
            meddling=control.deliveries.meddling(),
            panel=control.twin.panel(),
        )

    async def live(request: Request) -> Response:
        path = request.query_params.get("path", "").strip() or "*"
        entries = control.journal.entries(limit=_LIVE_ENTRIES, path=path)
        return control.pages.render(
            request,
            "twin/live.html",
            path=path,
            entries=tuple(reversed(entries)),
            last=control.journal.last(),
        )

    deeds: dict[str, Deed] = {name: partial(deed, control) for name, deed in _DEEDS.items()}
    deeds.update(control.deeds)
    return [
        Route("/", page),
        Route("/live", live),
        *(Route(f"/page/{name}", _endpoint(control, deed), methods=["POST"]) for name, deed in deeds.items()),
    ]


def field(form: FormData, name: str) -> str:
    """Give a form's text without the blanks around it; empty where it is missing."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def _endpoint(control: Control, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        form = await control.pages.form(request)
        try:
            return control.pages.redirect(request, PAGE, flash=deed(form))
        except ControlError as error:
            return control.pages.redirect(request, PAGE, flash=f"{error.message} {error.remedy}", tone="bad")

    return endpoint


def _turn(control: Control, form: FormData) -> str:
    twin.turn_clock(control, Members({"advance": field(form, "advance")}))
    return f"The clock now says {control.clock.now():%d %b %Y, %H:%M} UTC."


def _follow(control: Control, form: FormData) -> str:
    followed = field(form, "follow") == "on"
    twin.turn_clock(control, Members({"follow": followed}))
    return "A hub started by crossdock up follows this clock." if followed else "The hub keeps the time of the machine."


def _stop(control: Control, form: FormData) -> str:
    stopped = field(form, "clock") == "stop"
    twin.turn_clock(control, Members({"stopped": stopped}))
    return "The clock stands until somebody turns it." if stopped else "The clock goes again."


def _switch_limits(control: Control, form: FormData) -> str:
    control.limits.switch(on=field(form, "limits") == "on")
    return "Who asks too often is refused." if control.limits.on else "Everybody may ask as often as they like."


def _add_fault(control: Control, form: FormData) -> str:
    times, every, delay = field(form, "times"), field(form, "every"), field(form, "delay")
    fault = twin.add_fault(
        control.faults,
        Members(
            {
                "kind": field(form, "kind"),
                "paths": field(form, "paths") or "*",
                "methods": field(form, "methods").split(),
                "times": int(times) if times.isdecimal() else None,
                "every": int(every) if every.isdecimal() else 1,
                "delay": float(delay) if delay.isdecimal() else 0.0,
            }
        ),
    )
    return f"Fault {fault.id} is on."


def _remove_fault(control: Control, form: FormData) -> str:
    number = field(form, "id")
    control.faults.remove(int(number) if number.isdecimal() else 0)
    return "The fault is off."


def _clear_journal(control: Control, _form: FormData) -> str:
    control.journal.clear()
    return "The journal is empty."


def _meddle(control: Control, form: FormData) -> str:
    wanted = {name: field(form, name) for name in ("lose", "duplicate")}
    twin.meddle(control, Members({name: int(text) for name, text in wanted.items() if text.isdecimal()}))
    left = control.deliveries.meddling()
    return f"The next {left['lose']} new webhooks get lost, {left['duplicate']} after them go out twice."


def _set_state(control: Control, form: FormData) -> str:
    state = field(form, "state")
    twin.set_state(control.twin, field(form, "id"), state)
    return f"The account is now {state}."


def _seed(control: Control, form: FormData) -> str:
    name = field(form, "name")
    twin.seed(control, name)
    return f"The twin now holds the seed {name}."


def _reset(control: Control, _form: FormData) -> str:
    control.reset()
    return "The twin is as new."


_DEEDS: Mapping[str, Callable[[Control, FormData], str]] = {
    "clock": _turn,
    "follow": _follow,
    "stop": _stop,
    "limits": _switch_limits,
    "faults": _add_fault,
    "faults/remove": _remove_fault,
    "journal/clear": _clear_journal,
    "deliveries": _meddle,
    "accounts": _set_state,
    "seed": _seed,
    "reset": _reset,
}
