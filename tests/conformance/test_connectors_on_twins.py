"""The definitions against the twins: what a credential is probed to be, good and bad, fresh and old."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from graphql import build_ast_schema, parse, validate

from crossdock.accounts.health import ProbeResult
from crossdock.accounts.probe import Prober
from crossdock.connectors import auth
from crossdock.connectors.auth import TokenRefused, Tokens
from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.model import Depth
from crossdock.egress.client import Egress
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.secret import Secret
from crossdock_twins.shiphero import schema as shiphero_schema
from crossdock_twins.shiphero import sdl
from twins import EasyshipTwin, ShipheroTwin


@pytest_asyncio.fixture
async def egress(easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin) -> AsyncIterator[Egress]:
    """Open the way out to the twins alone."""
    opened = await Egress.open(private_origins=[easyship_twin.production, easyship_twin.sandbox, shiphero_twin.api])
    yield opened
    await opened.close()


@pytest.fixture
def catalogue(easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin) -> Catalogue:
    """Load the connectors with the twins in the providers' place."""
    return Catalogue.load(
        origin_rewrites={
            "https://public-api.easyship.com": easyship_twin.production,
            "https://public-api-sandbox.easyship.com": easyship_twin.sandbox,
            "https://api.easyship.com": easyship_twin.production,
            "https://public-api.shiphero.com": shiphero_twin.api,
        }
    )


@pytest.fixture
def prober(catalogue: Catalogue, egress: Egress) -> Prober:
    """Make a prober on the twins."""
    return Prober(catalogue=catalogue, egress=egress, clock=OffsetClock())


async def probe(
    prober: Prober,
    connector: str,
    token: str,
    *,
    method: str | None = None,
    environment: str = "production",
    depth: Depth = "full",
    **more: Any,
) -> ProbeResult:
    found = prober.catalogue.get(connector)
    return await prober.run(
        connector=found,
        method=found.auth_method(method) if method else found.auth_methods[0],
        environment=found.environment(environment),
        credential={"access_token": Secret(token)},
        depth=depth,
        **more,
    )


async def refreshed(prober: Prober, credential: Mapping[str, str]) -> Tokens:
    connector = prober.catalogue.get("shiphero")
    method = connector.auth_methods[0]
    request = auth.refresh_request(
        connector=connector,
        method=method,
        environment=connector.environments[0],
        credential={name: Secret(value) for name, value in credential.items()},
        client={},
    )
    reply = await prober.egress.send(request, origins=connector.origins())
    return auth.parse_tokens(connector=connector, method=method, reply=reply, now=prober.clock.now())


@pytest.mark.parametrize(("environment", "token"), [("production", "production_token"), ("sandbox", "sandbox_token")])
async def test_easyship_token_is_alive_and_names_its_company(
    prober: Prober, easyship_twin: EasyshipTwin, environment: str, token: str
) -> None:
    """A good token is found good in its own world, with the company and the scopes that a read can show."""
    made = easyship_twin.integration()

    found = await probe(prober, "easyship", made[token], environment=environment)

    assert found.outcome == "alive", found
    assert found.identity is not None
    assert found.identity.id == made["account_id"]
    assert found.scopes_found == {"shipment:read"}


async def test_easyship_token_without_a_scope_is_alive_and_says_so(prober: Prober, easyship_twin: EasyshipTwin) -> None:
    """A scope that is not ticked is a remark and not a failure."""
    made = easyship_twin.integration(scopes=["public.reference:read"])

    found = await probe(prober, "easyship", made["production_token"])

    assert found.outcome == "alive"
    assert found.scopes_missing == {"shipment:read"}


async def test_easyship_account_page_that_fails_does_not_spoil_a_good_token(
    prober: Prober, easyship_twin: EasyshipTwin
) -> None:
    """The known 500 of the account page is stepped around by another read."""
    made = easyship_twin.integration()
    easyship_twin.fault("500", paths="/2024-09/account")

    found = await probe(prober, "easyship", made["production_token"])

    assert found.outcome == "alive"
    assert found.identity is not None
    assert found.identity.name == "Easyship account"
    assert "reference:read" in found.scopes_found


@pytest.mark.parametrize(
    ("prefix", "environment", "version", "cause"),
    [
        ("sandbox_token", "production", "2024-09", "token_refused"),
        ("production_token", "sandbox", "2024-09", "token_refused"),
        ("production_token", "production", "2023-01", "token_refused"),
    ],
)
async def test_easyship_token_of_another_world_or_version_is_refused(
    prober: Prober, easyship_twin: EasyshipTwin, prefix: str, environment: str, version: str, cause: str
) -> None:
    """The provider says the same to both, so the cause names both."""
    made = easyship_twin.integration(api_version=version)

    found = await probe(prober, "easyship", made[prefix], environment=environment)

    assert (found.outcome, found.cause.key if found.cause else None) == ("dead", cause)


async def test_easyship_company_that_must_prove_itself_is_suspended(
    prober: Prober, easyship_twin: EasyshipTwin
) -> None:
    """A stop for identity is the company's matter and not the token's."""
    made = easyship_twin.integration()
    easyship_twin.set_state(made["account_id"], "suspended")

    found = await probe(prober, "easyship", made["production_token"])

    assert (found.outcome, found.cause.key if found.cause else None) == ("suspended", "identity_check_needed")


async def test_easyship_oauth_token_tells_its_scopes_itself(prober: Prober, easyship_twin: EasyshipTwin) -> None:
    """With OAuth nothing has to be tried out: the token lists what it may do."""
    app = easyship_twin.oauth_app(["https://hub.example/cb"])
    grant = easyship_twin.oauth_grant(app["client_id"], scopes=["public.shipment:read", "public.reference:read"])

    found = await probe(prober, "easyship", grant["access_token"], method="oauth")

    assert found.outcome == "alive"
    assert found.scopes_found == {"shipment:read", "reference:read"}
    assert "rate:read" in found.scopes_missing


async def test_shiphero_token_is_alive_and_names_account_warehouses_and_scopes(
    prober: Prober, shiphero_twin: ShipheroTwin
) -> None:
    """One request shows all that the person wants to see before saying yes."""
    made = shiphero_twin.developer()
    shiphero_twin.clear_journal()

    found = await probe(prober, "shiphero", made["access_token"], depth="daily")

    assert found.outcome == "alive"
    assert found.identity is not None
    assert found.identity.name
    assert found.identity.details["Warehouses"] >= 1
    assert found.scopes_found == prober.catalogue.get("shiphero").scopes.keys()
    assert found.scopes_found == set(shiphero_schema.all_scopes())
    assert len(shiphero_twin.journal()) == 1


@pytest.mark.parametrize("state", ["suspended", "cancelled", "inactive"])
async def test_shiphero_account_that_is_not_active_is_told_by_its_fresh_token(
    prober: Prober, shiphero_twin: ShipheroTwin, state: str
) -> None:
    """The refresh succeeds and its token is dead: that is the account, and the probe of a new token says so."""
    made = shiphero_twin.developer()
    shiphero_twin.set_state(made["account_id"], state)

    tokens = await refreshed(prober, {"refresh_token": made["refresh_token"]})
    found = await probe(prober, "shiphero", tokens.access_token.reveal(), issued="just_now")

    assert tokens.expires_at is not None
    assert (found.outcome, found.cause.key if found.cause else None) == ("suspended", "account_not_active")


async def test_shiphero_wrong_refresh_token_is_refused(prober: Prober, shiphero_twin: ShipheroTwin) -> None:
    """A refresh token that nobody has is told as that."""
    shiphero_twin.developer()

    with pytest.raises(TokenRefused) as refused:
        await refreshed(prober, {"refresh_token": "nobodys-" + "x" * 40})

    assert refused.value.cause.key == "refresh_token_refused"


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("429", "weather"), ("500", "weather"), ("html", "weather"), ("cut_off", "weather"), ("401", "dead")],
)
async def test_shiphero_faults_are_weather_except_a_refusal(
    prober: Prober, shiphero_twin: ShipheroTwin, kind: str, outcome: str
) -> None:
    """Only a refusal says anything about the token."""
    made = shiphero_twin.developer()
    shiphero_twin.fault(kind, paths="/graphql")

    found = await probe(prober, "shiphero", made["access_token"])

    assert found.outcome == outcome


def test_shiphero_documents_fit_the_schema() -> None:
    """Every document is valid against the whole schema, so none fails first at a customer's."""
    schema = build_ast_schema(sdl.expand(tuple(shiphero_schema.sources().values())), assume_valid_sdl=True)
    connector = Catalogue.load().get("shiphero")
    documents = [step.call.document for step in connector.probe]
    documents += [action.call.document for action in connector.actions.values()]

    assert [validate(schema, parse(document or "")) for document in documents] == [[]] * len(documents)
