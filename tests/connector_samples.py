"""What people paste and what providers answer: samples beside the cause that must be told for each."""

from __future__ import annotations

import base64
import json
from typing import Any

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import AuthMethod, Connector
from crossdock.egress.exchange import Reply

CATALOGUE = Catalogue.load()
CONNECTORS = CATALOGUE.connectors()
METHODS = [(connector, method) for connector in CONNECTORS for method in connector.auth_methods]
EASYSHIP = CATALOGUE.get("easyship")
SHIPHERO = CATALOGUE.get("shiphero")

PRODUCTION = "prod_" + base64.b64encode(bytes(range(32))).decode()
SANDBOX = "sand_" + base64.b64encode(bytes(range(40, 72))).decode()
REFRESH = "v1r0" + base64.urlsafe_b64encode(bytes(range(100, 130))).decode()
OTHER_REFRESH = "v1r1" + base64.urlsafe_b64encode(bytes(range(60, 90))).decode()
WEBHOOK = "webh_" + "0f" * 16
FAR = 4_000_000_000


def jwt(*, audience: Any = "shiphero-public-api", expires: float = FAR, signature: int = 342) -> str:
    """Make an unsigned token of the provider's form."""
    return ".".join(
        (
            _part({"alg": "RS256", "typ": "JWT", "kid": "k1"}),
            _part({"iss": "https://shiphero.auth0.com/", "aud": audience, "exp": expires}),
            "A" * signature,
        )
    )


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


ACCESS = jwt()

MENDED: list[tuple[str, str, str, str, str]] = [
    ("easyship", "api_token", f'"{PRODUCTION}"', PRODUCTION, "quotes"),
    ("easyship", "api_token", f"\u201c{PRODUCTION}\u201d", PRODUCTION, "quotes"),
    ("easyship", "api_token", f"  {PRODUCTION}\n", PRODUCTION, "blanks"),
    ("easyship", "api_token", f"{PRODUCTION[:30]}\u200b{PRODUCTION[30:]}", PRODUCTION, "invisible"),
    ("easyship", "api_token", f"Bearer {PRODUCTION}", PRODUCTION, "bearer"),
    ("easyship", "api_token", f"Authorization: Bearer {PRODUCTION}", PRODUCTION, "bearer"),
    ("easyship", "api_token", f"curl -H 'Authorization: Bearer {PRODUCTION}' https://x.example", PRODUCTION, "curl"),
    ("easyship", "api_token", json.dumps({"name": "x", "access_token": PRODUCTION}), PRODUCTION, "json"),
    ("easyship", "api_token", f"EASYSHIP_TOKEN={PRODUCTION}", PRODUCTION, "assignment"),
    ("easyship", "api_token", f"Hi Ann,\nthe token is {PRODUCTION}\nBye", PRODUCTION, "text"),
    ("easyship", "api_token", PRODUCTION * 2, PRODUCTION, "doubled"),
    ("easyship", "api_token", f"{PRODUCTION} {PRODUCTION}", PRODUCTION, "doubled"),
    ("easyship", "api_token", f"{PRODUCTION[:25]}\n  {PRODUCTION[25:]}", PRODUCTION, "wrapped"),
    ("shiphero", "refresh_token", f"'{REFRESH}',", REFRESH, "quotes"),
    ("shiphero", "refresh_token", f"Bearer {REFRESH}", REFRESH, "bearer"),
    (
        "shiphero",
        "refresh_token",
        f"curl -d '{json.dumps({'refresh_token': REFRESH})}' https://public-api.shiphero.com/auth/refresh",
        REFRESH,
        "curl",
    ),
    ("shiphero", "refresh_token", json.dumps({"access_token": ACCESS, "refresh_token": REFRESH}), REFRESH, "json"),
    ("shiphero", "refresh_token", f"Access token\n{ACCESS}\nRefresh token\n{REFRESH}", REFRESH, "text"),
    ("shiphero", "refresh_token", REFRESH * 2, REFRESH, "doubled"),
    ("shiphero", "refresh_token", f"{REFRESH[:20]}\n{REFRESH[20:]}", REFRESH, "wrapped"),
    ("shiphero", "access_token", f"{ACCESS[:300]}\n{ACCESS[300:]}", ACCESS, "wrapped"),
]

_COMMON_PASTES: list[tuple[str, str]] = [
    ("", "paste_empty"),
    (" \n\t\u00a0", "paste_blank"),
    ("••••••••••••", "paste_masked"),
    ("YOUR_API_TOKEN", "paste_placeholder"),
    ("<token>", "paste_placeholder"),
    ("ann@acme-pets.example", "paste_email"),
    ("https://app.example.com/connect/123", "paste_url"),
    ("f47ac10b-58cc-4372-a567-0e02b2c3d479", "paste_uuid"),
    ("10347276", "paste_number"),
    ('<div class="token">hidden</div>', "paste_markup"),
    ("curl https://x.example/y", "paste_code"),
    ("Please send me the token", "paste_sentence"),
    ("hunter2!Secret", "paste_password"),
    ("日本語のテキスト", "paste_not_a_token"),
]
REFUSED: list[tuple[str, str, str, str]] = [
    *(("easyship", "api_token", text, cause) for text, cause in _COMMON_PASTES),
    ("easyship", "api_token", f"{PRODUCTION} {SANDBOX}", "paste_several"),
    ("easyship", "api_token", "prod_••••••••", "paste_masked"),
    ("easyship", "api_token", "prod_", "paste_prefix_only"),
    ("easyship", "api_token", PRODUCTION[:30], "paste_cut_off"),
    ("easyship", "api_token", f"The token is {PRODUCTION[:30]} as I see it", "paste_cut_off"),
    ("easyship", "api_token", PRODUCTION + "AbC1" * 30 + "x", "paste_too_long"),
    ("easyship", "api_token", f"{PRODUCTION[:20]}é{PRODUCTION[21:]}", "paste_bad_characters"),
    ("easyship", "api_token", PRODUCTION.upper(), "paste_prefix_case"),
    ("easyship", "api_token", PRODUCTION.removeprefix("prod_"), "paste_prefix_missing"),
    ("easyship", "api_token", "0f" * 23 + "a1", "paste_prefix_missing"),
    ("easyship", "api_token", WEBHOOK, "paste_webhook_secret"),
    ("easyship", "api_token", "ESUS10347276", "paste_shipment_id"),
    ("easyship", "api_token", "CUS000001", "paste_company_id"),
    ("easyship", "api_token", ACCESS, "paste_other_service"),
    ("easyship", "api_token", ACCESS[:70], "paste_other_service"),
    ("easyship", "api_token", "v1.local." + "aB3" * 16, "paste_crossdock_key"),
    *(("shiphero", "refresh_token", text, cause) for text, cause in _COMMON_PASTES),
    ("shiphero", "refresh_token", f"{REFRESH}\n{OTHER_REFRESH}", "paste_several"),
    ("shiphero", "refresh_token", ACCESS, "paste_access_token"),
    ("shiphero", "refresh_token", f"Bearer {ACCESS}", "paste_access_token"),
    ("shiphero", "refresh_token", ACCESS[:80], "paste_access_token_cut_off"),
    ("shiphero", "refresh_token", REFRESH[:30], "paste_cut_off"),
    ("shiphero", "refresh_token", "".join(f"aB{n}" for n in range(200)), "paste_too_long"),
    ("shiphero", "refresh_token", f"{REFRESH[:20]}ééé{REFRESH[20:]}", "paste_bad_characters"),
    ("shiphero", "refresh_token", PRODUCTION, "paste_other_service"),
    ("shiphero", "refresh_token", "v1.local." + "aB3" * 16, "paste_crossdock_key"),
    ("shiphero", "refresh_token", "T3JkZXI6MjA0MTU5MDYy", "paste_entity_id"),
    ("shiphero", "access_token", ACCESS[:80], "paste_access_cut_off"),
    ("shiphero", "access_token", ACCESS[:-100], "paste_access_cut_off"),
    ("shiphero", "access_token", jwt(expires=1_600_000_000), "paste_access_expired"),
    ("shiphero", "access_token", jwt(audience=["another-api"]), "paste_access_other_audience"),
    ("shiphero", "access_token", REFRESH, "paste_refresh_token"),
    ("shiphero", "access_token", SANDBOX, "paste_other_service"),
]


def reply(status: int, body: Any = b"", **headers: str) -> Reply:
    """Make a reply; anything but bytes and text is sent as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, bytes | str):
        named.setdefault("content-type", "text/plain")
        raw = body if isinstance(body, bytes) else body.encode()
    else:
        named.setdefault("content-type", "application/json; charset=utf-8")
        raw = json.dumps(body).encode()
    return Reply(status=status, headers=named, body=raw, url="https://provider.example/path?q=1")


def easyship_error(code: str, *details: str) -> dict[str, Any]:
    """Make Easyship's error body."""
    return {"error": {"code": code, "details": list(details), "links": [], "message": "…", "request_id": "0" * 32}}


def shiphero_error(message: str, code: int | None = None, **members: Any) -> dict[str, Any]:
    """Make ShipHero's answer of 200 that holds an error."""
    item = {"message": message, "operation": "orders", "request_id": "5da7dc13f3079f0def208711", **members}
    return {"errors": [item if code is None else {**item, "code": code}], "data": {"orders": None}}


HTML = "<!DOCTYPE html><html><body>Bad gateway</body></html>"
_KYC = "To resume shipping, please complete Easyship's identity verification process using this link: https://x."
_CREDITS = "There are not enough credits to perform the requested operation, which requires 1301 credits"

API_REPLIES: list[tuple[str, Reply, str]] = [
    ("easyship", reply(401, easyship_error("invalid_token")), "token_refused"),
    ("easyship", reply(401, "Unauthorized"), "token_refused"),
    ("easyship", reply(403, easyship_error("forbidden")), "scope_missing"),
    ("easyship", reply(403, easyship_error("forbidden", _KYC)), "identity_check_needed"),
    ("easyship", reply(403, easyship_error("x", "API usage limit exceeded. Please upgrade")), "allowance_spent"),
    ("easyship", reply(403, "You have exceeded the maximum number of requests per second"), "second_limit"),
    ("easyship", reply(403, "error code: 1010"), "edge_refused"),
    ("easyship", reply(403, HTML), "edge_refused"),
    ("easyship", reply(403, {"cloudflare_error": True, "error_code": 1010}), "edge_refused"),
    ("easyship", reply(403, {"message": "no"}), "forbidden_other"),
    ("easyship", reply(429, b"", x_ratelimit_reset="1"), "rate_limited"),
    ("easyship", reply(500, "Internal Server Error"), "provider_error"),
    ("easyship", reply(522, HTML), "maintenance_page"),
    ("easyship", reply(200, HTML), "not_the_api"),
    ("easyship", reply(302, b"", location="https://login.example"), "not_the_api"),
    ("easyship", reply(404, easyship_error("invalid_endpoint")), "endpoint_gone"),
    ("easyship", reply(404, easyship_error("resource_not_found")), "record_not_found"),
    ("easyship", reply(402, easyship_error("payment_required")), "balance_too_low"),
    ("easyship", reply(402, easyship_error("insufficient_subscription")), "plan_too_small"),
    ("easyship", reply(422, easyship_error("invalid_content", "Name can't be blank")), "content_refused"),
    ("easyship", reply(400, easyship_error("api_error")), "courier_failed"),
    ("easyship", reply(400, easyship_error("invalid_request")), "request_refused"),
    ("shiphero", reply(401, {"message": "Unauthorized"}), "access_token_refused"),
    ("shiphero", reply(401, "Unauthorized"), "access_token_refused"),
    ("shiphero", reply(403, {"message": "Forbidden"}), "access_token_refused"),
    ("shiphero", reply(403, b""), "network_blocked"),
    ("shiphero", reply(403, HTML), "network_blocked"),
    ("shiphero", reply(403, "denied"), "network_blocked"),
    ("shiphero", reply(200, shiphero_error("Missing required scope(s): view:orders", 7)), "scope_missing"),
    ("shiphero", reply(200, shiphero_error(_CREDITS, 30, time_remaining="18 seconds")), "credits_spent"),
    ("shiphero", reply(200, shiphero_error(_CREDITS, 30, time_remaining="0 seconds")), "too_expensive"),
    ("shiphero", reply(200, shiphero_error("Order not found", 5)), "record_unknown"),
    ("shiphero", reply(200, shiphero_error("This account uses Dynamic Slotting", 901)), "location_needed"),
    ("shiphero", reply(400, {"errors": [{"message": 'Cannot query field "x"'}]}), "document_refused"),
    ("shiphero", reply(200, shiphero_error("Syntax error: unexpected Name")), "document_refused"),
    ("shiphero", reply(200, shiphero_error("price is not a number", 901)), "operation_refused"),
    ("shiphero", reply(429, b""), "rate_limited"),
    ("shiphero", reply(500, {"message": "oops"}), "provider_error"),
    ("shiphero", reply(503, HTML), "maintenance_page"),
    ("shiphero", reply(200, HTML), "not_the_api"),
    ("shiphero", reply(200, "OK"), "provider_error"),
    ("shiphero", reply(404, {"message": "no such path"}), "record_not_found"),
    ("shiphero", reply(413, {"message": "too large"}), "request_refused"),
]
TOKEN_REPLIES: list[tuple[str, str, Reply, str]] = [
    ("easyship", "oauth", reply(400, {"error": "invalid_grant"}), "refresh_refused"),
    ("easyship", "oauth", reply(401, {"error": "invalid_client"}), "app_refused"),
    ("easyship", "oauth", reply(400, {"error": "invalid_request"}), "redirect_refused"),
    ("easyship", "oauth", reply(401, {"error": "invalid_token"}), "token_refused"),
    ("easyship", "oauth", reply(403, HTML), "edge_refused"),
    ("easyship", "oauth", reply(429, b""), "rate_limited"),
    ("easyship", "oauth", reply(503, HTML), "provider_error"),
    ("easyship", "oauth", reply(200, {"hello": 1}), "token_answer_unknown"),
    ("shiphero", "refresh_token", reply(401, {"error": "invalid_grant"}), "refresh_token_refused"),
    ("shiphero", "refresh_token", reply(403, {"error": "invalid_grant"}), "refresh_token_refused"),
    ("shiphero", "refresh_token", reply(403, b""), "network_blocked"),
    ("shiphero", "refresh_token", reply(429, b""), "rate_limited"),
    ("shiphero", "refresh_token", reply(502, HTML), "provider_error"),
    ("shiphero", "refresh_token", reply(200, {"access_token": ""}), "token_answer_unknown"),
    ("shiphero", "refresh_token", reply(200, HTML), "token_answer_unknown"),
]
TRANSPORT_KINDS = (
    *("refused", "dns", "tls", "connect_timeout", "read_timeout", "cut_off", "too_large", "blocked", "bad_reply"),
)


def connector_id(value: object) -> str:
    """Name a parametrised case after its connector, method or text."""
    if isinstance(value, Connector | AuthMethod):
        return value.key
    return str(value)[:40].encode("ascii", "replace").decode().strip() or "empty"
