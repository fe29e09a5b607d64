import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from shiphero_client import ORDER, Client
from twins import ShipheroTwin, fetch
from visitor import Page, Visitor

_VERIFIER = "v" * 64
_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).rstrip(b"=").decode()
_BACK = "http://127.0.0.1:9/back"
_CREATE = "mutation($data: CreateOrderInput!) { order_create(data: $data) { order { id } } }"
_WHO = "{ me { data { email scopes } } }"


def _register(twin: ShipheroTwin) -> str:
    data = {"client_name": "Dock Helper", "redirect_uris": [_BACK]}
    reply = fetch(f"{twin.api}/oauth/register", method="POST", data=data)
    assert reply.status == 201
    client_id: str = reply.json()["client_id"]
    return client_id


def _wish(client_id: str, **members: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": _BACK,
        "state": "s-1",
        "code_challenge": _CHALLENGE,
        "code_challenge_method": "S256",
        **members,
    }


def _person(twin: ShipheroTwin) -> Visitor:
    person = Visitor(twin.dashboard)
    person.visit("/sign-in")
    person.submit("/sign-in", {"email": twin.email, "password": twin.password})
    return person


def _query(page: Page) -> dict[str, list[str]]:
    assert page.status == 303
    return parse_qs(urlsplit(page.reply.headers["location"]).query)


def _decided(twin: ShipheroTwin, wish: dict[str, str], **choice: str) -> dict[str, list[str]]:
    person = _person(twin)
    person.visit(f"/authorize?{urlencode(wish)}")
    return _query(person.submit("/authorize", choice))


def _token(twin: ShipheroTwin, client: str, code: str, **members: str) -> dict[str, Any]:
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client,
        "redirect_uri": _BACK,
        "code_verifier": _VERIFIER,
        **members,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = fetch(f"{twin.api}/oauth/token", method="POST", headers=headers, body=urlencode(sent).encode())
    answer: dict[str, Any] = reply.json()
    return answer


def test_an_agent_gets_in_reads_and_is_let_out(shiphero_twin: ShipheroTwin) -> None:
    """Register, ask, be allowed, read for an hour at most; a mutation is code 7, and a revoked token is dead."""
    client_id = _register(shiphero_twin)
    back = _decided(shiphero_twin, _wish(client_id), decision="allow", access="read")

    answer = _token(shiphero_twin, client_id, back["code"][0])
    agent = Client(shiphero_twin.api, answer["access_token"])
    who = agent.data(_WHO)["me"]["data"]
    refused = agent.error(_CREATE, {"data": ORDER})
    hidden = agent.data("{ orders { data(first: 1) { edges { node { order_number email } } } } }")
    fetch(f"{shiphero_twin.api}/oauth/revoke", method="POST", data={"token": answer["access_token"]})

    assert back["state"] == ["s-1"]
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    assert "refresh_token" not in answer
    assert who["email"] == shiphero_twin.email
    assert {scope.split(":")[0] for scope in who["scopes"]} == {"view"}
    assert (refused["code"], refused["message"]) == (7, "Missing required scope(s): change:orders")
    assert hidden["orders"]["data"]["edges"][0]["node"]["email"] is None
    assert agent.post(_WHO).status == 401


def test_an_agents_access_ends_by_itself(shiphero_twin: ShipheroTwin) -> None:
    """An hour later the token is refused."""
    made = shiphero_twin.control("POST", "/agent_grants", {"client_name": "Night watch"})
    agent = Client(shiphero_twin.api, made["access_token"])
    before = agent.post(_WHO).status

    shiphero_twin.clock_advance("61m")

    assert (before, agent.post(_WHO).status) == (200, 401)


def test_an_agent_may_write_only_where_the_person_says_so(shiphero_twin: ShipheroTwin) -> None:
    """An agent that asks for change scopes gets them if the person picks read and write, and else not."""
    client_id = _register(shiphero_twin)
    wish = _wish(client_id, scope="view:orders change:orders")

    read = _decided(shiphero_twin, wish, decision="allow", access="read")
    write = _decided(shiphero_twin, wish, decision="allow", access="write")

    assert _token(shiphero_twin, client_id, read["code"][0])["scope"] == "view:orders"
    answer = _token(shiphero_twin, client_id, write["code"][0])
    assert answer["scope"] == "view:orders change:orders"
    assert Client(shiphero_twin.api, answer["access_token"]).data(_CREATE, {"data": ORDER})


def test_a_person_refuses_an_agent(shiphero_twin: ShipheroTwin) -> None:
    """The agent is told so at its own address."""
    back = _decided(shiphero_twin, _wish(_register(shiphero_twin)), decision="refuse")

    assert back["error"] == ["access_denied"]
    assert back["state"] == ["s-1"]


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "view:everything"}, "invalid_scope"),
    ],
)
def test_a_wrong_wish_goes_back_to_the_agent(shiphero_twin: ShipheroTwin, members: dict[str, str], error: str) -> None:
    """What is wrong with a wish is told to the agent, not to the person."""
    wish = _wish(_register(shiphero_twin), **members)

    page = _person(shiphero_twin).visit(f"/authorize?{urlencode(wish)}")

    assert _query(page)["error"] == [error]


def test_a_person_signs_in_first(shiphero_twin: ShipheroTwin) -> None:
    """Whoever is not signed in signs in, and comes back to what the agent asks."""
    wish = _wish(_register(shiphero_twin))
    person = Visitor(shiphero_twin.dashboard)

    person.visit(f"/authorize?{urlencode(wish)}")
    page = person.submit("/sign-in", {"email": shiphero_twin.email, "password": shiphero_twin.password})

    assert "Let Dock Helper in?" in page.text


def test_an_unknown_agent_is_never_answered(shiphero_twin: ShipheroTwin) -> None:
    """Nobody is sent to an address that no client has registered."""
    client_id = _register(shiphero_twin)

    stranger = _person(shiphero_twin).visit(f"/authorize?{urlencode(_wish('nobody'))}")
    elsewhere = _person(shiphero_twin).visit(f"/authorize?{urlencode(_wish(client_id, redirect_uri='https://x.x'))}")

    assert (stranger.status, elsewhere.status) == (400, 400)


@pytest.mark.parametrize(
    "members", [{"code_verifier": "w" * 64}, {"client_id": "other"}, {"redirect_uri": "https://x"}]
)
def test_a_code_is_bound_to_its_agent_and_serves_once(shiphero_twin: ShipheroTwin, members: dict[str, str]) -> None:
    """Another verifier, client or address does not fit, and a code that was tried is used up."""
    client_id = _register(shiphero_twin)
    code = _decided(shiphero_twin, _wish(client_id), decision="allow", access="read")["code"][0]

    wrong = _token(shiphero_twin, client_id, code, **members)
    again = _token(shiphero_twin, client_id, code)

    assert (wrong["error"], again["error"]) == ("invalid_grant", "invalid_grant")


def test_the_dashboard_lists_agents_and_revokes_them(shiphero_twin: ShipheroTwin) -> None:
    """The page of agents shows who is in, and its button shows them out."""
    made = shiphero_twin.control("POST", "/agent_grants", {"client_name": "Stock teller"})
    person = _person(shiphero_twin)
    page = person.visit("/my-account/agents")

    person.submit(f"/my-account/agents/{made['id']}/revoke")

    assert "Stock teller" in page.text
    assert Client(shiphero_twin.api, made["access_token"]).post(_WHO).status == 401


def test_clients_find_the_endpoints(shiphero_twin: ShipheroTwin) -> None:
    """The discovery document names every address, under the twin's own."""
    document = fetch(f"{shiphero_twin.api}/.well-known/oauth-authorization-server").json()

    assert document["issuer"] == shiphero_twin.api
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert all(document[name].startswith(shiphero_twin.api) for name in document if name.endswith("_endpoint"))
