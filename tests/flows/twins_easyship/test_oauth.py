"""Partner OAuth over HTTP: consent on the page, tokens at the endpoints."""

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from twins import EasyshipTwin, Reply, fetch
from visitor import Visitor

BACK = "https://hub.example/connect/oauth2/easyship/callback"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Partner:
    """A partner app and what it asks of the twin."""

    def __init__(self, twin: EasyshipTwin, **members: Any) -> None:
        self.twin = twin
        self.app = twin.oauth_app([BACK], **members)

    def ask(self, visitor: Visitor, **changes: str) -> None:
        query = {
            "client_id": self.app["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "public.shipment:read public.rate:read",
            "state": "st/ate+1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        asked = {name: value for name, value in {**query, **changes}.items() if value != "-"}
        visitor.visit(f"/oauth2/authorize?{urlencode(asked)}")

    def code(self, visitor: Visitor, **changes: str) -> str:
        self.ask(visitor, **changes)
        visitor.submit("/oauth2/authorize", {"answer": "allow"})
        return _answer(visitor)["code"]

    def post(self, path: str, **members: str) -> Reply:
        return fetch(f"{self.twin.production}/oauth2/{path}", method="POST", data={**self.app, **members})

    def exchange(self, code: str, **changes: str) -> Reply:
        members = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
        return self.post("token", **{name: value for name, value in {**members, **changes}.items() if value != "-"})

    def refresh(self, token: str) -> Reply:
        return self.post("token", grant_type="refresh_token", refresh_token=token)


@pytest.fixture
def partner(easyship_twin: EasyshipTwin) -> Partner:
    return Partner(easyship_twin)


@pytest.fixture
def owner(easyship_twin: EasyshipTwin) -> Visitor:
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})
    return visitor


def _answer(visitor: Visitor) -> dict[str, str]:
    """Read what the redirect carries back to the app."""
    target = visitor.page.reply.headers["location"]
    assert target.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def test_consent_begins_signed_out_and_ends_at_the_app(easyship_twin: EasyshipTwin, partner: Partner) -> None:
    """Signing in comes in between, the page says who asks for what, and the answer has code, state and issuer."""
    visitor = Visitor(easyship_twin.dashboard)
    partner.ask(visitor)
    assert "to go on to the app that asks for your consent" in visitor.page.text

    page = visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})
    visitor.submit("/oauth2/authorize", {"answer": "allow"})

    assert "Crossdock asks to use your account" in page.text
    assert "Harbour & Pine Supply" in page.text
    assert "Shipment read" in page.text
    assert "https://hub.example" in page.reply.headers["content-security-policy"]
    answer = _answer(visitor)
    assert answer["state"] == "st/ate+1"
    assert answer["iss"] == easyship_twin.production
    assert set(answer) == {"code", "state", "iss"}


def test_a_code_becomes_tokens(partner: Partner, owner: Visitor) -> None:
    """The token endpoint answers with everything that it promises, and is not to be kept by caches."""
    reply = partner.exchange(partner.code(owner))

    tokens = reply.json()
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 7200)
    assert tokens["scope"] == "public.shipment:read public.rate:read"
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "created_at"}


def test_forms_and_basic_are_taken_too(partner: Partner, owner: Visitor) -> None:
    """The body can be a form, and the app can name itself with HTTP Basic."""
    code = partner.code(owner)
    basic = base64.b64encode(f"{partner.app['client_id']}:{partner.app['client_secret']}".encode()).decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}

    reply = fetch(
        f"{partner.twin.production}/oauth2/token",
        method="POST",
        headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        body=urlencode(form).encode(),
    )

    assert reply.status == 200


def test_saying_no_is_told_to_the_app(partner: Partner, owner: Visitor) -> None:
    """Deny gives `access_denied` with the state and the issuer."""
    partner.ask(owner)

    owner.submit("/oauth2/authorize", {"answer": "deny"})

    assert _answer(owner)["error"] == "access_denied"
    assert _answer(owner)["state"] == "st/ate+1"
    assert _answer(owner)["iss"] == partner.twin.production


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "public.made_up:read"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "-"}, "invalid_request"),
        ({"code_challenge": "-"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_wrong_requests_are_answered_to_the_app(
    partner: Partner, owner: Visitor, changes: dict[str, str], error: str
) -> None:
    """What the app has asked wrongly goes back to it, and no consent page is shown."""
    partner.ask(owner, **changes)

    assert _answer(owner)["error"] == error


@pytest.mark.parametrize(
    "changes", [{"client_id": "nobody"}, {"redirect_uri": f"{BACK}/"}, {"redirect_uri": "-"}, {"client_id": "-"}]
)
def test_nobody_is_sent_to_an_unknown_address(partner: Partner, owner: Visitor, changes: dict[str, str]) -> None:
    """Without a known app and its exact redirect address, the person is told and stays."""
    partner.ask(owner, **changes)

    assert owner.page.status == 400
    assert "location" not in owner.page.reply.headers
    assert "cannot be connected" in owner.page.text


def test_an_app_gets_no_more_than_it_is_registered_for(easyship_twin: EasyshipTwin, owner: Visitor) -> None:
    """An app with scopes of its own may ask for those, and for nothing else."""
    partner = Partner(easyship_twin, scopes=["shipment:read"])
    partner.ask(owner, scope="public.shipment:read")
    fitting = owner.page.status

    partner.ask(owner, scope="public.rate:read")

    assert fitting == 200
    assert _answer(owner)["error"] == "invalid_scope"


def test_a_member_cannot_consent(easyship_twin: EasyshipTwin, partner: Partner) -> None:
    """Somebody who is no admin is told who is, and can change places."""
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": "staff@easyship.twin", "password": easyship_twin.password})

    partner.ask(visitor)
    refused = visitor.page
    visitor.submit("/sign-out", which=1)
    visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})

    assert refused.status == 403
    assert "asks to use your account" in visitor.page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": f"{BACK}?x=1"}, "invalid_grant"),
        ({"code_verifier": "another-verifier-that-is-long-enough-for-the-rule"}, "invalid_grant"),
        ({"code_verifier": "-"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": "-"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, "invalid_client"),
    ],
)
def test_a_code_is_not_given_away(partner: Partner, owner: Visitor, changes: dict[str, str], error: str) -> None:
    """A wrong address, verifier, code or secret gets an error, and the code stays good for the right one."""
    code = partner.code(owner)

    refused = partner.exchange(changes.get("code", code), **{k: v for k, v in changes.items() if k != "code"})
    right = partner.exchange(code)

    assert refused.json()["error"] == error
    assert refused.status == (401 if error == "invalid_client" else 400)
    assert right.status == 200


def test_without_a_challenge_no_verifier_is_taken(partner: Partner, owner: Visitor) -> None:
    """A request without PKCE is served, and a verifier that nobody asked for is refused."""
    code = partner.code(owner, code_challenge="-", code_challenge_method="-")

    downgraded = partner.exchange(code)
    plain = partner.exchange(code, code_verifier="-")

    assert downgraded.status == 400
    assert plain.status == 200


def test_a_code_dies_after_ten_minutes(partner: Partner, owner: Visitor) -> None:
    """An old code is worth nothing."""
    code = partner.code(owner)

    partner.twin.clock_advance("601s")

    assert partner.exchange(code).json()["error"] == "invalid_grant"


def test_a_code_used_twice_revokes_its_tokens(partner: Partner, owner: Visitor) -> None:
    """The second use is refused and takes along what the first one gave."""
    code = partner.code(owner)
    tokens = partner.exchange(code).json()

    again = partner.exchange(code)

    assert again.json()["error"] == "invalid_grant"
    assert partner.post("introspect", token=tokens["access_token"]).json() == {"active": False}


def test_a_refresh_token_works_once(partner: Partner, owner: Visitor) -> None:
    """Each refresh gives a new pair; a used refresh token that comes back kills the whole family."""
    first = partner.exchange(partner.code(owner)).json()
    second = partner.refresh(first["refresh_token"]).json()
    third = partner.refresh(second["refresh_token"]).json()
    assert len({pair["refresh_token"] for pair in (first, second, third)}) == 3

    stolen = partner.refresh(first["refresh_token"])

    assert stolen.status == 400
    assert stolen.json()["error"] == "invalid_grant"
    assert partner.refresh(third["refresh_token"]).json()["error"] == "invalid_grant"
    assert partner.post("introspect", token=third["access_token"]).json() == {"active": False}


def test_a_refresh_token_belongs_to_its_app(easyship_twin: EasyshipTwin, partner: Partner, owner: Visitor) -> None:
    """Another app cannot spend it, learn of it or end it."""
    tokens = partner.exchange(partner.code(owner)).json()
    other = Partner(easyship_twin, name="Other")

    refused = other.refresh(tokens["refresh_token"])
    unknown = other.post("introspect", token=tokens["access_token"])
    other.post("revoke", token=tokens["refresh_token"])

    assert refused.json()["error"] == "invalid_grant"
    assert unknown.json() == {"active": False}
    assert partner.refresh(tokens["refresh_token"]).status == 200


def test_a_token_tells_what_it_is(partner: Partner, owner: Visitor) -> None:
    """Token info and introspection agree on scopes, company and time left."""
    tokens = partner.exchange(partner.code(owner)).json()
    partner.twin.clock_advance("1h")

    info = fetch(
        f"{partner.twin.production}/oauth2/token/info", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    ).json()
    known = partner.post("introspect", token=tokens["access_token"]).json()

    assert info["resource_owner_id"] == "CUS000001"
    assert info["scope"] == ["public.shipment:read", "public.rate:read"]
    assert 3590 <= info["expires_in"] <= 3600
    assert known["active"] is True
    assert known["exp"] - known["iat"] == 7200
    partner.twin.clock_advance("1h1s")
    assert partner.post("introspect", token=tokens["access_token"]).json() == {"active": False}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eA=="}])
def test_token_info_refuses_strangers(easyship_twin: EasyshipTwin, header: dict[str, str]) -> None:
    """Without a live access token there is nothing to tell."""
    reply = fetch(f"{easyship_twin.production}/oauth2/token/info", headers=header)

    assert reply.status == 401
    assert reply.json()["error"] == "invalid_token"


def test_revoking_an_access_token_spares_the_refresh_token(partner: Partner, owner: Visitor) -> None:
    """One access token ends; revoking the refresh token then ends everything; unknown tokens are passed over."""
    tokens = partner.exchange(partner.code(owner)).json()
    partner.post("revoke", token=tokens["access_token"])
    after_access = partner.post("introspect", token=tokens["access_token"]).json()
    pair = partner.refresh(tokens["refresh_token"]).json()

    revoked = partner.post("revoke", token=pair["refresh_token"])
    unknown = partner.post("revoke", token="made-up")

    assert after_access == {"active": False}
    assert (revoked.status, unknown.status) == (200, 200)
    assert partner.post("introspect", token=pair["access_token"]).json() == {"active": False}
    assert partner.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"


def test_disconnecting_an_app_ends_its_tokens(partner: Partner, owner: Visitor) -> None:
    """The owner sees the app under Connected apps and shuts it out there."""
    tokens = partner.exchange(partner.code(owner)).json()
    owner.visit("/apps")
    assert "Crossdock" in owner.page.text

    owner.submit("/revoke")

    assert "No app is connected" in owner.page.text
    assert partner.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokens_can_be_had_without_the_pages(partner: Partner) -> None:
    """For scripts, the control API gives an app tokens of a company that they name."""
    tokens = partner.twin.oauth_grant(partner.app["client_id"], account_id="CGB000002", scopes=["shipment:read"])

    info = fetch(
        f"{partner.twin.production}/oauth2/token/info", headers={"Authorization": f"Bearer {tokens['access_token']}"}
    ).json()

    assert info["resource_owner_id"] == "CGB000002"
    assert info["scope"] == ["public.shipment:read"]


def test_the_server_describes_itself(easyship_twin: EasyshipTwin) -> None:
    """The metadata promises the issuer in each answer, S256 and the endpoints."""
    facts = fetch(f"{easyship_twin.production}/.well-known/oauth-authorization-server").json()

    assert facts["issuer"] == easyship_twin.production
    assert facts["authorization_response_iss_parameter_supported"] is True
    assert facts["code_challenge_methods_supported"] == ["S256"]


def test_a_body_that_is_no_object_is_refused(easyship_twin: EasyshipTwin) -> None:
    """Broken JSON gets an error in OAuth's words."""
    reply = fetch(
        f"{easyship_twin.production}/oauth2/token",
        method="POST",
        headers={"Content-Type": "application/json"},
        body=b"[",
    )

    assert reply.status == 400
    assert reply.json()["error"] == "invalid_request"


def test_no_secret_of_the_dance_reaches_the_journal(partner: Partner, owner: Visitor) -> None:
    """Codes, verifiers, secrets and tokens are masked wherever they were sent."""
    code = partner.code(owner)
    tokens = partner.exchange(code).json()
    partner.refresh(tokens["refresh_token"])
    partner.post("introspect", token=tokens["access_token"])

    text = json.dumps(partner.twin.journal("/oauth2/*"))

    for secret in (code, VERIFIER, partner.app["client_secret"], tokens["access_token"], tokens["refresh_token"]):
        assert secret[5:] not in text
    assert "/oauth2/token" in text
