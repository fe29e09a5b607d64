"""The control API under `/_twin/`, for tests and scripts; its page for people is in `control_page`."""

from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from crossdock_twins.base import control_page, twin
from crossdock_twins.base.inputs import ControlError, read_members, whole_parameter
from crossdock_twins.base.pages import FormRefusedError
from crossdock_twins.base.twin import Control


def routes(control: Control) -> list[BaseRoute]:
    """Give the routes of the control API and its page, to stand before a twin's own."""
    api = _Api(control)
    inner = Starlette(
        routes=[
            *control_page.routes(control),
            Route("/health", api.health),
            Route("/clock", api.clock, methods=["GET", "POST"]),
            Route("/limits", api.limits, methods=["GET", "POST"]),
            Route("/faults", api.faults, methods=["GET", "POST", "DELETE"]),
            Route("/faults/{number:int}", api.fault, methods=["DELETE"]),
            Route("/journal", api.journal, methods=["GET", "DELETE"]),
            Route("/deliveries", api.deliveries, methods=["GET", "POST"]),
            Route("/accounts", api.accounts),
            Route("/accounts/{account_id}", api.account, methods=["PATCH"]),
            Route("/seed", api.seed, methods=["POST"]),
            Route("/reset", api.reset, methods=["POST"]),
            *control.routes,
        ],
        exception_handlers={ControlError: refusal, FormRefusedError: control.pages.refused},
    )
    return [Route("/_twin", _to_page), Mount("/_twin", inner)]


async def refusal(_request: Request, error: Exception) -> Response:
    """Answer a ControlError: `{"error": {"message", "remedy"}}`."""
    if not isinstance(error, ControlError):
        raise error
    return JSONResponse({"error": {"message": error.message, "remedy": error.remedy}}, status_code=error.status)


async def _to_page(_request: Request) -> Response:
    return RedirectResponse("/_twin/", status_code=308)


class _Api:
    """The endpoints that both twins have."""

    def __init__(self, control: Control) -> None:
        self._control = control

    async def health(self, _request: Request) -> Response:
        control = self._control
        failed = control.agenda.failures()
        return JSONResponse(
            {"status": "ok", "twin": control.key, "now": control.clock.now().isoformat(), "failed": failed}
        )

    async def clock(self, request: Request) -> Response:
        if request.method == "POST":
            twin.turn_clock(self._control, await read_members(request))
        return JSONResponse(self._control.clock_json())

    async def limits(self, request: Request) -> Response:
        limits = self._control.limits
        if request.method == "POST":
            limits.switch(on=(await read_members(request)).flag("on"))
        return JSONResponse({"on": limits.on})

    async def faults(self, request: Request) -> Response:
        book = self._control.faults
        if request.method == "POST":
            return JSONResponse(twin.add_fault(book, await read_members(request)).as_json(), status_code=201)
        if request.method == "DELETE":
            book.clear()
        return JSONResponse({"faults": [fault.as_json() for fault in book.all()]})

    async def fault(self, request: Request) -> Response:
        if not self._control.faults.remove(request.path_params["number"]):
            raise ControlError(404, "There is no such fault.", remedy="List the faults with GET /_twin/faults.")
        return JSONResponse({"faults": [fault.as_json() for fault in self._control.faults.all()]})

    async def journal(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._control.journal.clear()
            return JSONResponse({"entries": []})
        entries = self._control.journal.entries(
            limit=whole_parameter(request, "limit", 1000),
            after=whole_parameter(request, "after", 0),
            path=request.query_params.get("path", "*"),
        )
        return JSONResponse({"entries": [entry.as_json() for entry in entries]})

    async def deliveries(self, request: Request) -> Response:
        control = self._control
        if request.method == "POST":
            twin.meddle(control, await read_members(request))
        found = control.deliveries.shown(
            limit=whole_parameter(request, "limit", 1000), after=whole_parameter(request, "after", 0)
        )
        due = control.deliveries.due(control.clock.now())
        return JSONResponse({"due": due, **control.deliveries.meddling(), "deliveries": found})

    async def accounts(self, _request: Request) -> Response:
        return JSONResponse({"accounts": [asdict(line) for line in self._control.twin.accounts()]})

    async def account(self, request: Request) -> Response:
        account_id, state = request.path_params["account_id"], (await read_members(request)).text("state")
        twin.set_state(self._control.twin, account_id, state)
        return JSONResponse({"id": account_id, "state": state})

    async def seed(self, request: Request) -> Response:
        name = (await read_members(request)).text("name")
        twin.seed(self._control, name)
        return JSONResponse({"seed": name})

    async def reset(self, request: Request) -> Response:
        members = await read_members(request)
        name = members.text("seed") if members.has("seed") else ""
        self._control.reset(twin.known_seed(self._control, name) if name else "")
        return JSONResponse(self._control.clock_json())
