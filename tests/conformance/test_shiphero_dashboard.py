import re

import pytest

from shiphero_client import Client
from twins import ShipheroTwin, fetch, running_twin, shiphero_handle
from visitor import Page, Visitor

_PLACE = "/my-account/developer-users"


def _signed_in(twin: ShipheroTwin, email: str = "") -> Visitor:
    visitor = Visitor(twin.dashboard)
    visitor.visit("/sign-in")
    visitor.submit("/sign-in", {"email": email or twin.email, "password": twin.password})
    return visitor


def _add(visitor: Visitor, email: str = "hub@crossdock.example", **names: str) -> Page:
    visitor.visit("/")
    visitor.follow("My Account")
    visitor.follow("Developer Users")
    visitor.follow("Add a 3rd Party Developer")
    return visitor.submit("/new", {"first_name": "Cross", "last_name": "Dock", "email": email, **names})


def _secret(page: Page, name: str) -> str | None:
    found = re.search(rf'id="{name}"[^>]*>([^<]+)<', page.html)
    return found.group(1) if found else None


def _works(twin: ShipheroTwin, token: str | None) -> bool:
    return Client(twin.api, token or "").post("{ me { complexity } }").status == 200


def test_a_merchant_makes_tokens_by_clicking(shiphero_twin: ShipheroTwin) -> None:
    """From signing in to two tokens that work, without JavaScript."""
    page = _add(_signed_in(shiphero_twin))

    access, refresh = _secret(page, "access-token"), _secret(page, "refresh-token")

    renewed = fetch(f"{shiphero_twin.api}/auth/refresh", method="POST", data={"refresh_token": refresh})
    assert page.status == 200
    assert "shown this once" in page.text
    assert _works(shiphero_twin, access)
    assert _works(shiphero_twin, renewed.json()["access_token"])


def test_the_access_token_is_gone_on_reload(shiphero_twin: ShipheroTwin) -> None:
    """The page shows the access token once and the refresh token always."""
    visitor = _signed_in(shiphero_twin)
    first = _add(visitor)

    again = visitor.visit(first.url)

    assert _secret(again, "access-token") is None
    assert _secret(again, "refresh-token") == _secret(first, "refresh-token")
    assert (_secret(first, "access-token") or "?") not in again.html


def test_another_browser_never_sees_the_access_token(shiphero_twin: ShipheroTwin) -> None:
    """What is shown once is shown to the browser that asked."""
    first = _add(_signed_in(shiphero_twin))

    other = _signed_in(shiphero_twin).visit(first.url)

    assert other.status == 200
    assert _secret(other, "access-token") is None


def test_an_access_token_can_be_renewed_on_the_page(shiphero_twin: ShipheroTwin) -> None:
    """Renewing shows another token; the refresh token stays, the earlier token lives on."""
    visitor = _signed_in(shiphero_twin)
    first = _add(visitor)

    renewed = visitor.submit("/renew")

    tokens = [_secret(first, "access-token"), _secret(renewed, "access-token")]
    assert tokens[0] != tokens[1]
    assert _secret(renewed, "refresh-token") == _secret(first, "refresh-token")
    assert [_works(shiphero_twin, token) for token in tokens] == [True, True]


@pytest.mark.parametrize("email", ["wms@harbourline.twin", "WMS@Harbourline.twin", "picker@shiphero.twin"])
def test_an_address_in_use_anywhere_is_refused(shiphero_twin: ShipheroTwin, email: str) -> None:
    """Developers and people of every account count, and what was entered stays in the form."""
    page = _add(_signed_in(shiphero_twin), email)

    assert page.status == 422
    assert "in use on the platform" in page.text
    assert ("email", email) in page.forms[-1].values
    assert ("first_name", "Cross") in page.forms[-1].values


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"email": "nowhere"}, "Enter an e-mail address"),
        ({"first_name": " "}, "Enter a first name"),
        ({"last_name": "x" * 81}, "Enter a last name"),
    ],
)
def test_a_form_that_is_not_filled_says_where(
    shiphero_twin: ShipheroTwin, values: dict[str, str], message: str
) -> None:
    """Each field has its own sentence, and nothing is added."""
    visitor = _signed_in(shiphero_twin)

    page = _add(visitor, **values)

    assert page.status == 422
    assert message in page.text
    assert "No developer users yet" in visitor.visit(_PLACE).text


def test_a_developer_can_be_removed(shiphero_twin: ShipheroTwin) -> None:
    """The tokens stop working, and the address is free again."""
    visitor = _signed_in(shiphero_twin)
    token = _secret(_add(visitor), "access-token")

    listed = visitor.submit("/remove")

    assert "No developer users yet" in listed.text
    assert not _works(shiphero_twin, token)
    assert _add(visitor).status == 200


def test_signed_out_people_are_sent_to_sign_in_and_back(shiphero_twin: ShipheroTwin) -> None:
    """The page that was wanted opens after signing in."""
    visitor = Visitor(shiphero_twin.dashboard)

    asked = visitor.visit(_PLACE)
    arrived = visitor.submit("/sign-in", {"email": shiphero_twin.email, "password": shiphero_twin.password})

    assert "Who can sign in here" in asked.text
    assert shiphero_twin.password in asked.text
    assert arrived.url.endswith(_PLACE)


def test_members_are_told_whom_to_ask(shiphero_twin: ShipheroTwin) -> None:
    """Somebody who is no administrator sees neither list nor form nor tokens."""
    page_of_admin = _add(_signed_in(shiphero_twin))
    visitor = _signed_in(shiphero_twin, "picker@shiphero.twin")

    pages = [visitor.visit(path) for path in (_PLACE, f"{_PLACE}/new", page_of_admin.url)]

    assert [page.status for page in pages] == [403, 403, 403]
    assert all("Ask an administrator" in page.text and "Ada Barkwell" in page.text for page in pages)
    assert all("refresh-token" not in page.html for page in pages)


def test_another_accounts_developer_is_not_found(shiphero_twin: ShipheroTwin) -> None:
    """An administrator sees the developers of one account only."""
    made = _add(_signed_in(shiphero_twin))
    stranger = _signed_in(shiphero_twin, "owner@harbourline.twin")

    pages = [stranger.visit(path) for path in (made.url, f"{_PLACE}/999", f"{_PLACE}/{'9' * 30}")]

    assert [page.status for page in pages] == [404, 404, 404]
    assert all("no such developer" in page.text for page in pages)


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@shiphero.twin", "wrong"), ("nobody@x.example", "pallets-and-parcels"), ("wms@harbourline.twin", "")],
)
def test_a_wrong_sign_in_says_so(shiphero_twin: ShipheroTwin, email: str, password: str) -> None:
    """The page stays, with the address filled in; developers cannot sign in."""
    visitor = Visitor(shiphero_twin.dashboard)
    visitor.visit("/sign-in")

    page = visitor.submit("/sign-in", {"email": email, "password": password})

    assert page.status == 422
    assert "E-mail or password is wrong" in page.text


def test_signing_out_ends_the_session(shiphero_twin: ShipheroTwin) -> None:
    """Afterwards the dashboard asks to sign in again."""
    visitor = _signed_in(shiphero_twin)

    visitor.submit("/sign-out")

    assert "Who can sign in here" in visitor.visit("/").text


def test_forms_need_their_page(shiphero_twin: ShipheroTwin) -> None:
    """A form without its token does nothing."""
    visitor = _signed_in(shiphero_twin)
    visitor.visit(f"{_PLACE}/new")

    page = visitor.submit("/new", {"first_name": "A", "last_name": "B", "email": "a@b.example", "csrf": "guess"})

    assert page.status == 403
    assert "No developer users yet" in visitor.visit(_PLACE).text


def test_nobody_is_sent_to_a_foreign_site(shiphero_twin: ShipheroTwin) -> None:
    """`next` leads within the dashboard only."""
    visitor = Visitor(shiphero_twin.dashboard)
    visitor.visit("/sign-in?next=//evil.example/")

    page = visitor.submit("/sign-in", {"email": shiphero_twin.email, "password": shiphero_twin.password})

    assert page.url == f"{shiphero_twin.dashboard}/"


def test_every_page_says_that_it_is_a_twin(shiphero_twin: ShipheroTwin) -> None:
    """Each page carries the banner and a policy that allows no inline code."""
    visitor = _signed_in(shiphero_twin)

    pages = [visitor.visit(path) for path in ("/", "/my-account", "/my-account/people", _PLACE, f"{_PLACE}/new")]

    for page in pages:
        assert "This is a twin of ShipHero" in page.text
        assert "'unsafe-inline'" not in page.reply.headers["content-security-policy"]
        assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)|\son\w+=", page.html)


def test_a_closed_account_still_makes_tokens(shiphero_twin: ShipheroTwin) -> None:
    """On a suspended account adding a developer looks right, and the token does not work."""
    shiphero_twin.set_state("7556", "suspended")

    page = _add(_signed_in(shiphero_twin))

    assert _secret(page, "access-token")
    assert not _works(shiphero_twin, _secret(page, "access-token"))


def test_everything_is_there_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A killed twin comes back with its developers, tokens, orders and clock."""
    folder = str(tmp_path_factory.mktemp("twin"))
    with running_twin("shiphero", "--data-dir", folder) as facts:
        twin = shiphero_handle(facts)
        developer = twin.developer()
        twin.clock_advance("5d")
        twin.process.kill()
        twin.process.wait()

    with running_twin("shiphero", "--data-dir", folder) as facts:
        twin = shiphero_handle(facts)
        client = Client(twin.api, developer["access_token"])
        email = client.data("{ me { data { email } } }")["me"]["data"]["email"]
        orders = client.data("{ orders { data(first: 200) { edges { cursor } } } }")["orders"]["data"]["edges"]

        assert email == "crossdock@shop.example"
        assert len(orders) == 120
        assert twin.control("GET", "/clock")["offset_seconds"] == 5 * 86_400
