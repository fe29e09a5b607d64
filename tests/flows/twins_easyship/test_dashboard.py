"""The dashboard over HTTP, as somebody without JavaScript uses it."""

import re

import pytest

from twins import EasyshipTwin, fetch
from visitor import Page, Visitor

CUSTOM = {"type": "custom", "name": "Crossdock"}


@pytest.fixture
def owner(easyship_twin: EasyshipTwin) -> Visitor:
    return _signed_in(easyship_twin, easyship_twin.email)


def _signed_in(twin: EasyshipTwin, email: str) -> Visitor:
    visitor = Visitor(twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": email, "password": twin.password})
    return visitor


def _connect(visitor: Visitor, **values: str) -> Page:
    visitor.visit("/integrations/new/api")
    return visitor.submit("/integrations", {**CUSTOM, **values})


def _tokens(page: Page) -> dict[str, str]:
    return dict(re.findall(r'id="(\w+)-token"[^>]*>([^<]+)<', page.html))


def _scopes(page: Page) -> dict[str, bool]:
    boxes = re.findall(r'<input type="checkbox" name="scope" value="([^"]+)"([^>]*)>', page.html)
    return {name: "checked" in rest for name, rest in boxes}


def test_a_visitor_is_asked_to_sign_in_and_led_back(easyship_twin: EasyshipTwin) -> None:
    """A signed-out visitor of the integrations page signs in and stands on the integrations page."""
    visitor = Visitor(easyship_twin.dashboard)

    asked = visitor.visit("/integrations")
    inside = visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})

    assert "to go on to API & Webhooks" in asked.text
    assert "This is a twin of Easyship" in asked.text
    assert easyship_twin.password in asked.text
    assert inside.url.endswith("/integrations")
    assert "No integrations yet" in inside.text


def test_a_wrong_password_is_told(easyship_twin: EasyshipTwin) -> None:
    """The page says what is wrong, keeps the e-mail, and lets nobody in."""
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit("/sign-in")

    page = visitor.submit("/sign-in", {"email": easyship_twin.email, "password": "wrong"})

    assert page.status == 422
    assert "do not belong together" in page.text
    assert dict(page.forms[0].values)["email"] == easyship_twin.email
    assert "Sign in" in visitor.visit("/integrations").text


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_elsewhere(easyship_twin: EasyshipTwin, target: str) -> None:
    """Where to go on to is a path of the dashboard, whatever the link says."""
    visitor = Visitor(easyship_twin.dashboard)
    visitor.visit(f"/sign-in?next={target}")

    page = visitor.submit("/sign-in", {"email": easyship_twin.email, "password": easyship_twin.password})

    assert page.url == f"{easyship_twin.dashboard}/"


def test_a_member_is_told_who_can_help(easyship_twin: EasyshipTwin) -> None:
    """Somebody who is no admin sees neither integrations nor tokens, but the names of those who do."""
    visitor = _signed_in(easyship_twin, "staff@easyship.twin")

    pages = [visitor.visit(path) for path in ("/integrations", "/integrations/new", "/integrations/new/api", "/apps")]

    assert [page.status for page in pages] == [403] * 4
    assert all("Only admins can see this page" in page.text for page in pages)
    assert "owner@easyship.twin" in pages[0].text


def test_a_token_is_made_by_clicking_through(owner: Visitor) -> None:
    """The way of a merchant: sidebar, New Integration, API Integration at the end, three fields, CONNECT, tokens."""
    owner.follow("API & Webhooks")
    catalogue = owner.follow("New Integration")
    dialog = owner.follow("API Integration")
    page = owner.submit("/integrations", {"type": "custom", "name": "Crossdock"})

    assert list(catalogue.links)[-1] == "API Integration"
    assert "I'm developing a custom integration" in dialog.text
    assert dict(dialog.forms[-1].values)["version"] == "2024-09"
    assert "CONNECT" in dialog.text
    tokens = _tokens(page)
    assert {name: token[:5] for name, token in tokens.items()} == {"production": "prod_", "sandbox": "sand_"}
    assert {len(token) for token in tokens.values()} == {49}
    assert "2024-09 and newer" in page.text


def test_standard_scopes_are_ticked_and_advanced_ones_are_not(owner: Visitor) -> None:
    """A new integration may do everything standard and nothing that is metered."""
    page = _connect(owner)

    scopes = _scopes(page)

    assert scopes["public.shipment:write"]
    assert not scopes["public.rate:read"]
    assert sum(scopes.values()) == len(scopes) - 7


def test_saving_scopes_keeps_the_tokens(owner: Visitor) -> None:
    """Edit, tick one, untick the others, Save: the scopes change and the tokens stay."""
    before = _connect(owner)

    owner.follow("Edit")
    after = owner.submit("/edit", {"scope": ["public.rate:read", "public.payment:write"]})

    assert [name for name, ticked in _scopes(after).items() if ticked] == ["public.rate:read"]
    assert _tokens(after) == _tokens(before)
    assert "Saved" in after.text


def test_a_token_is_regenerated(owner: Visitor) -> None:
    """One environment gets a new token, the other keeps its own."""
    before = _tokens(_connect(owner))

    after = _tokens(owner.submit("/regenerate", which=1))

    assert after["production"] == before["production"]
    assert after["sandbox"] != before["sandbox"]
    assert after["sandbox"].startswith("sand_")


def test_an_integration_is_deleted(owner: Visitor) -> None:
    """A deleted integration is gone from the list and from its address."""
    page = _connect(owner)

    gone = owner.submit("/delete")

    assert "Crossdock is deleted" in gone.text
    assert "No integrations yet" in gone.text
    assert owner.visit(page.url).status == 404


def test_an_integration_of_another_company_does_not_exist(easyship_twin: EasyshipTwin, owner: Visitor) -> None:
    """The admin of one company cannot open what belongs to another."""
    page = _connect(owner)
    stranger = _signed_in(easyship_twin, "owner@bluekite.twin")

    seen = [stranger.visit(page.url), stranger.visit(f"{page.url}/edit")]

    assert [one.status for one in seen] == [404, 404]
    assert not _tokens(seen[0])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"type": ""}, "Choose a type."),
        ({"type": "agency"}, "Tokens are made for custom integrations."),
        ({"name": " "}, "Give the integration a name"),
        ({"name": "x" * 81}, "Give the integration a name"),
        ({"version": "2022-01"}, "Choose a version."),
    ],
)
def test_the_dialog_says_what_is_missing(owner: Visitor, values: dict[str, str], sentence: str) -> None:
    """A wrong field is named beside it, and nothing is made."""
    page = _connect(owner, **values)

    assert page.status == 422
    assert sentence in page.text
    assert "No integrations yet" in owner.visit("/integrations").text


def test_a_form_without_its_token_is_refused(owner: Visitor) -> None:
    """A form that a foreign page sends in the owner's name changes nothing."""
    owner.visit("/integrations/new/api")

    page = owner.submit("/integrations", {**CUSTOM, "csrf": "guessed"})

    assert page.status == 403
    assert "out of date" in page.text
    assert "No integrations yet" in owner.visit("/integrations").text


def test_signing_out_ends_the_session(owner: Visitor) -> None:
    """After signing out, the old cookie opens nothing."""
    cookies = dict(owner.cookies)
    owner.visit("/")
    owner.submit("/sign-out")

    owner.cookies = cookies

    assert "Sign in" in owner.visit("/integrations").text


def test_pages_carry_a_strict_policy(owner: Visitor) -> None:
    """No page allows inline scripts or styles, or to be framed, and none is kept by a cache."""
    headers = _connect(owner).reply.headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_the_state_of_the_company_is_shown(easyship_twin: EasyshipTwin, owner: Visitor) -> None:
    """A suspended company reads so on every page."""
    easyship_twin.set_state("CUS000001", "suspended")

    page = owner.visit("/integrations")

    assert "This account is suspended" in page.text


def test_the_older_address_still_leads_to_the_integrations(owner: Visitor) -> None:
    """`/connect`, the page's older name, leads on."""
    assert owner.visit("/connect").url.endswith("/integrations")


def test_the_sandbox_host_points_to_the_dashboard(easyship_twin: EasyshipTwin) -> None:
    """There is one dashboard for both hosts."""
    reply = fetch(f"{easyship_twin.sandbox}/")

    assert reply.status == 307
    assert reply.headers["location"] == easyship_twin.dashboard
