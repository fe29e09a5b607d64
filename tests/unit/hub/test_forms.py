from __future__ import annotations

import pytest
from starlette.requests import Request

from crossdock.hub import forms
from crossdock.hub.link.fill import chosen_effects
from crossdock.hub.project.sign_in import inner_path
from crossdock.kernel.errors import ForbiddenError, InvalidRequestError

HUB = "https://hub.example.com"


def request(body: bytes = b"", **headers: str) -> Request:
    sent = {
        "host": "hub.example.com",
        "content-length": str(len(body)),
        "content-type": "application/x-www-form-urlencoded",
    } | {key.replace("_", "-"): value for key, value in headers.items()}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/link/s/1/int_1",
        "query_string": b"",
        "headers": [(key.encode(), value.encode()) for key, value in sent.items()],
        "server": ("127.0.0.1", 80),
    }
    return Request(scope, receive)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": "https://hub.example.com.evil.example"},
        {"origin": "https://hub.example.com:8443"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://hub.example.com", "sec_fetch_site": "cross-site"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    """What the browser says to come from another site is not read."""
    with pytest.raises(ForbiddenError) as refused:
        await forms.read(request(b"a=1", **headers), hub_url=HUB)

    assert refused.value.error_code == "csrf"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://hub.example.com"},
        {"sec_fetch_site": "same-origin"},
        {"origin": "http://hub.example.com"},
    ],
)
async def test_our_own_form_is_read(headers: dict[str, str]) -> None:
    """The hub's own page may send a form, under its address or the one that the browser used."""
    form = await forms.read(request(b"a=1&b=2&b=+3+", **headers), hub_url=HUB)

    assert (form.get("a"), form.get("b"), form.clean("b"), form.all("b")) == ("1", " 3 ", "3", ("2", " 3 "))
    assert form.get("missing") == ""


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * 300), "application/x-www-form-urlencoded", 400),
        (b"a=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"{}", "application/json", 415),
        (b"a=1", "text/plain", 415),
    ],
)
async def test_a_form_has_its_bounds(body: bytes, kind: str, status: int) -> None:
    """A form that is too large, has hundreds of fields, or is of another kind is refused, whatever length it claims."""
    with pytest.raises(InvalidRequestError) as refused:
        await forms.read(request(body, content_type=kind, content_length="1"), hub_url=HUB)

    assert refused.value.http_status == status


def test_a_forms_token_belongs_to_one_session() -> None:
    """The token that one session's forms carry is refused with another."""
    mine = forms.Form([("csrf", forms.token_for("cs_one"))])

    forms.check_token(mine, token="cs_one")

    for wrong in ("cs_two", ""):
        with pytest.raises(ForbiddenError):
            forms.check_token(mine, token=wrong)


def test_a_form_grants_only_what_was_asked() -> None:
    """More than reading is granted only where the switch was shown and stands off."""
    both = {"read", "write"}

    assert chosen_effects(asked=False, read_only=False, destructive=True) == {"read"}
    assert chosen_effects(asked=True, read_only=True, destructive=True) == {"read"}
    assert chosen_effects(asked=True, read_only=False, destructive=False) == both
    assert chosen_effects(asked=True, read_only=False, destructive=True) == both | {"destructive"}


@pytest.mark.parametrize(
    ("following", "path"),
    [
        ("/dashboard/accounts/acc_1?notice=saved", "/dashboard/accounts/acc_1?notice=saved"),
        ("", "/dashboard/accounts"),
        ("https://evil.example.com", "/dashboard/accounts"),
        ("//evil.example.com", "/dashboard/accounts"),
        ("/dashboard//evil.example.com", "/dashboard/accounts"),
        ("/dashboard/\\evil.example.com", "/dashboard/accounts"),
        ("/dashboard/\r\nset-cookie: a=b", "/dashboard/accounts"),
        ("/dashboard", "/dashboard/accounts"),
        ("javascript:alert(1)", "/dashboard/accounts"),
    ],
)
def test_a_sign_in_leads_to_the_dashboard_alone(following: str, path: str) -> None:
    """The page to open after signing in is one of ours, whatever the address says."""
    assert inner_path(following) == path
