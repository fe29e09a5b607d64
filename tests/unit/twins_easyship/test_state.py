from collections.abc import Iterator
from datetime import timedelta

import pytest

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.limits import Limits
from crossdock_twins.base.store import Store
from crossdock_twins.easyship import scopes, state
from crossdock_twins.easyship.desk import Desk, open_desk
from crossdock_twins.easyship.grants import GrantRefusedError, Pair
from crossdock_twins.easyship.integrations import Integration, ticked

BACK = "https://app.example/back"


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(None)
    yield opened
    opened.close()


@pytest.fixture
def clock(store: Store) -> TwinClock:
    return TwinClock(store)


@pytest.fixture
def desk(store: Store, clock: TwinClock) -> Desk:
    urls = TwinUrls(production="http://a.example", sandbox="http://b.example", dashboard="http://a.example")
    return open_desk(store=store, clock=clock, limits=Limits(store, started=True), urls=urls)


@pytest.fixture
def integration(desk: Desk) -> Integration:
    return desk.parts.integrations.create(
        company_id="CUS000001", name="Shop", api_version="2024-09", granted=scopes.STANDARD, created_by="a test"
    )


def _consent(desk: Desk) -> Pair:
    app, _ = desk.parts.grants.register(name="App", redirect_uris=[BACK], scopes=())
    code = desk.parts.grants.consent(
        client_id=app.client_id,
        company_id="CUS000001",
        person_id="",
        scopes=("public.shipment:read",),
        redirect_uri=BACK,
        challenge=None,
    )
    return desk.parts.grants.exchange_code(app=app, code=code, redirect_uri=BACK, verifier=None)


def test_a_token_is_good_on_its_own_host_only(desk: Desk, integration: Integration) -> None:
    """A production token means nothing on the sandbox host, and the reverse."""
    production, sandbox = integration.tokens["production"], integration.tokens["sandbox"]

    grant = desk.state.authenticate(production, environment="production")

    assert grant is not None
    assert (grant.company_id, grant.company_name, grant.state) == ("CUS000001", "Harbour & Pine Supply", "active")
    assert (grant.kind, grant.api_version, grant.scopes) == ("token", "2024-09", frozenset(scopes.STANDARD))
    assert desk.state.authenticate(production, environment="sandbox") is None
    assert desk.state.authenticate(sandbox, environment="production") is None
    assert desk.state.authenticate("prod_unknown", environment="production") is None


def test_tokens_have_the_vendors_form(integration: Integration) -> None:
    """A token is its prefix and 44 characters of base64."""
    assert {len(token) for token in integration.tokens.values()} == {5 + 44}
    assert integration.tokens["production"].startswith("prod_")
    assert integration.tokens["sandbox"].startswith("sand_")


def test_new_scopes_hold_for_the_existing_token(desk: Desk, integration: Integration) -> None:
    """Changing scopes needs no new token."""
    desk.parts.integrations.set_scopes(integration.id, ["public.rate:read"])

    grant = desk.state.authenticate(integration.tokens["sandbox"], environment="sandbox")

    assert grant is not None
    assert grant.scopes == {"public.rate:read"}


def test_a_regenerated_token_replaces_the_old_one(desk: Desk, integration: Integration) -> None:
    """The old token is dead at once, the other environment's is not touched, and the two count apart."""
    old = desk.state.authenticate(integration.tokens["production"], environment="production")

    new = desk.state.authenticate(
        desk.parts.integrations.regenerate(integration.id, "production"), environment="production"
    )

    assert old is not None
    assert new is not None
    assert old.token_id != new.token_id
    assert desk.state.authenticate(integration.tokens["production"], environment="production") is None
    assert desk.state.authenticate(integration.tokens["sandbox"], environment="sandbox") is not None


def test_a_deleted_integration_takes_its_tokens_along(desk: Desk, integration: Integration) -> None:
    """Nothing can be done with the tokens of an integration that is gone."""
    desk.parts.integrations.delete(integration.id)

    assert desk.state.authenticate(integration.tokens["production"], environment="production") is None


def test_an_oauth_token_lives_two_hours(desk: Desk, clock: TwinClock) -> None:
    """It is good in production with the scopes of the consent, until 7200 seconds have passed."""
    access = _consent(desk).access_token

    fresh = desk.state.authenticate(access, environment="production")
    elsewhere = desk.state.authenticate(access, environment="sandbox")
    clock.advance(timedelta(seconds=7201))
    later = desk.state.authenticate(access, environment="production")

    assert fresh is not None
    assert (fresh.kind, fresh.scopes) == ("oauth", frozenset({"public.shipment:read"}))
    assert (elsewhere, later) == (None, None)


@pytest.mark.parametrize(
    ("account_state", "refusal"),
    [
        ("active", None),
        ("suspended", "identity_unverified"),
        ("cancelled", "invalid_token"),
        ("inactive", "invalid_token"),
    ],
)
def test_a_companys_state_decides_how_the_api_refuses(
    desk: Desk, integration: Integration, account_state: str, refusal: str | None
) -> None:
    """Tokens keep their meaning; the state that comes with it says whether the API serves."""
    desk.state.set_state("CUS000001", account_state)

    grant = desk.state.authenticate(integration.tokens["production"], environment="production")

    assert grant is not None
    assert state.refusal(grant.state) == refusal


def test_a_closed_company_cannot_refresh(desk: Desk) -> None:
    """A cancelled company's refresh token is refused without being spent."""
    pair = _consent(desk)
    app = desk.parts.grants.apps()[0]
    desk.state.set_state("CUS000001", "cancelled")
    with pytest.raises(GrantRefusedError, match="closed"):
        desk.parts.grants.refresh(app=app, refresh_token=pair.refresh_token)

    desk.state.set_state("CUS000001", "active")
    again = desk.parts.grants.refresh(app=app, refresh_token=pair.refresh_token)

    assert desk.state.authenticate(again.access_token, environment="production") is not None


def test_a_form_cannot_grant_what_only_staff_can() -> None:
    """Ticked scopes of the two lists are granted; staff's are kept when they were there and never added."""
    granted = ticked(
        ["public.rate:read", "public.payment:write", "public.made_up:read"],
        version="2024-09",
        kept=["public.shipment:read", "public.app_access:write"],
    )

    assert granted == ("public.rate:read", "public.app_access:write")


def test_the_scope_lists_share_nothing() -> None:
    """Each scope stands in one list, and the rates' scope is an advanced one."""
    everything = scopes.everything("2024-09")

    assert len(everything) == len(set(everything))
    assert "public.rate:read" in scopes.ADVANCED
    assert "public.shipment:write" in scopes.STANDARD
    assert scopes.parse(["rate:read", "public.rate:read"], version="2024-09") == ("public.rate:read",)
    with pytest.raises(scopes.UnknownScopeError):
        scopes.parse(["shipment:read"], version="2023-01")
