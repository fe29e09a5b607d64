"""What the control API adds for agents: a grant without the pages."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.inputs import ControlError, Members, read_members
from crossdock_twins.shiphero import ids, schema
from crossdock_twins.shiphero.accounts import User
from crossdock_twins.shiphero.agents import store
from crossdock_twins.shiphero.state import State


def control(state: State) -> list[BaseRoute]:
    """Give the routes, relative to `/_twin`."""

    async def grant(request: Request) -> Response:
        members = await read_members(request)
        user = _person(state, members)
        scopes = _scopes(members)
        name = members.text("client_name", "Agent")
        made = store.grant(state, client_id="control", client_name=name, user=user, scopes=scopes)
        answer = {"id": made.id, "access_token": made.token, "scopes": list(made.scopes), "expires_at": made.expires_at}
        return JSONResponse(answer, status_code=201)

    async def revoke(request: Request) -> Response:
        if not store.revoke(state, request.path_params["grant"]):
            raise ControlError(404, "There is no such grant.", remedy="Make one with POST /_twin/agent_grants.")
        return JSONResponse({"revoked": True})

    return [
        Route("/agent_grants", grant, methods=["POST"]),
        Route("/agent_grants/{grant}", revoke, methods=["DELETE"]),
    ]


def _person(state: State, members: Members) -> User:
    """Give whose agent it is: somebody of the account named, or of the first there is."""
    named = members.raw("account_id")
    number = state.accounts.all()[0].id if named is None else ids.decode(str(named), "Account")
    people = [] if number is None else state.accounts.users(number, developers=False)
    if not people:
        raise ControlError(404, "Nobody in this account could let an agent in.", remedy="Name another account_id.")
    return people[0]


def _scopes(members: Members) -> tuple[str, ...]:
    wanted = members.texts("scopes", store.read_only())
    unknown = sorted(set(wanted) - set(schema.all_scopes()))
    if unknown:
        remedy = f"Leave scopes out to read everything but people, or list some of: {', '.join(schema.all_scopes())}."
        raise ControlError(422, f"There is no scope {unknown[0]}.", remedy=remedy)
    return wanted
