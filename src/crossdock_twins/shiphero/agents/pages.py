"""The pages on which a person lets an agent in, sees which ones are in, and shows one out."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crossdock_twins.base.control_page import field
from crossdock_twins.base.pages import Pages
from crossdock_twins.shiphero import schema
from crossdock_twins.shiphero.agents import store
from crossdock_twins.shiphero.agents.store import Client
from crossdock_twins.shiphero.door import Door, Visitor
from crossdock_twins.shiphero.state import State

PLACE = "/my-account/agents"

_ASKED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
_CHALLENGE_LENGTH = 43


def routes(*, state: State, pages: Pages, door: Door) -> list[BaseRoute]:
    """Give the routes of these pages."""
    desk = AgentPages(state=state, pages=pages, door=door)
    return [
        Route("/authorize", desk.ask, methods=["GET"]),
        Route("/authorize", desk.decide, methods=["POST"]),
        Route(PLACE, door.for_people(desk.all)),
        Route(f"{PLACE}/{{grant}}/revoke", door.for_people(desk.revoke), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an agent asks for: where the answer goes, and which scopes."""

    client: Client
    redirect_uri: str
    state: str
    challenge: str
    scopes: tuple[str, ...]
    sent: Mapping[str, str]

    @property
    def writes(self) -> tuple[str, ...]:
        """The scopes that change something."""
        return tuple(scope for scope in self.scopes if scope.startswith("change:"))

    def answered(self, **members: str) -> str:
        """Give the address that tells the agent how it went."""
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode({**members, **({'state': self.state} if self.state else {})})}"


class AgentPages:
    """The pages."""

    def __init__(self, *, state: State, pages: Pages, door: Door) -> None:
        self._state = state
        self._pages = pages
        self._door = door

    async def ask(self, request: Request) -> Response:
        """Show who asks for what, to somebody who has signed in."""
        visitor = self._door.visitor(request)
        if visitor is None:
            back = f"/authorize?{request.url.query}"
            return self._pages.redirect(request, f"/sign-in?next={quote(back, safe='')}")
        return self._answer(request, visitor, {name: request.query_params.get(name, "") for name in _ASKED})

    async def decide(self, request: Request) -> Response:
        """Send the agent a code, or that it was refused."""
        form = await self._pages.form(request)
        visitor = self._door.visitor(request)
        wish = self._wish({name: field(form, name) for name in _ASKED})
        if visitor is None or isinstance(wish, str):
            return self._pages.redirect(request, "/sign-in")
        if field(form, "decision") != "allow":
            url = wish.answered(error="access_denied", error_description="The person refused.")
            return self._pages.redirect(request, url)
        may_write = field(form, "access") == "write"
        code = store.give_code(
            self._state,
            wish.client,
            user_id=visitor.user.id,
            redirect_uri=wish.redirect_uri,
            challenge=wish.challenge,
            scopes=wish.scopes if may_write else [scope for scope in wish.scopes if scope not in wish.writes],
        )
        return self._pages.redirect(request, wish.answered(code=code, iss=self._state.url))

    async def all(self, request: Request, visitor: Visitor) -> Response:
        """List the agents that act, or have acted, for the account."""
        grants = store.all_of(self._state, visitor.account.id)
        now = self._state.today()
        return self._pages.render(request, "agents.html", visitor=visitor, grants=grants, now=now)

    async def revoke(self, request: Request, visitor: Visitor) -> Response:
        """Take a grant back."""
        await self._pages.form(request)
        grant = request.path_params["grant"]
        own = {each.id for each, _ in store.all_of(self._state, visitor.account.id)}
        if grant in own and store.revoke(self._state, grant):
            return self._pages.redirect(
                request, PLACE, flash="The agent's access is revoked. Its token no longer works."
            )
        return self._pages.redirect(request, PLACE, flash="That access had ended before.", tone="bad")

    def _answer(self, request: Request, visitor: Visitor, sent: Mapping[str, str]) -> Response:
        wish = self._wish(sent)
        if isinstance(wish, str):
            return self._pages.render(request, "agent_refused.html", status=400, visitor=visitor, problem=wish)
        problem = _problem(sent)
        if problem:
            return self._pages.redirect(request, wish.answered(error=problem[0], error_description=problem[1]))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(wish.redirect_uri))
        return self._pages.render(
            request, "authorize_agent.html", form_targets=[origin], visitor=visitor, wish=wish, life=store.LIFE
        )

    def _wish(self, sent: Mapping[str, str]) -> Wish | str:
        """Read what was asked; a sentence where it is not even known whom to answer."""
        known = store.client(self._state, sent["client_id"])
        if known is None:
            return "This agent has not registered. Let it register at /oauth/register and try again."
        if sent["redirect_uri"] not in known.redirect_uris:
            return "The address to go back to is not one of this agent's. Let it use one that it has registered."
        asked = sent["scope"].split()
        return Wish(
            client=known,
            redirect_uri=sent["redirect_uri"],
            state=sent["state"],
            challenge=sent["code_challenge"],
            scopes=tuple(scope for scope in asked if scope in schema.all_scopes()) or store.read_only(),
            sent=sent,
        )


def _problem(sent: Mapping[str, str]) -> tuple[str, str] | None:
    if sent["response_type"] != "code":
        return "unsupported_response_type", "Send response_type=code."
    if sent["code_challenge_method"] != "S256" or len(sent["code_challenge"]) != _CHALLENGE_LENGTH:
        return "invalid_request", "Send code_challenge with code_challenge_method=S256."
    unknown = sorted(set(sent["scope"].split()) - set(schema.all_scopes()))
    return ("invalid_scope", f"There is no scope {unknown[0]}.") if unknown else None
