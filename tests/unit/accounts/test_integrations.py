from __future__ import annotations

import asyncio

import pytest

from crossdock.accounts.model import Chosen
from crossdock.kernel.errors import NotFoundError, UnprocessableError
from token_house import TokenHouse

CLIENT = {"client_id": "app-1", "client_secret": "very-secret-value-0123456789"}


async def test_defaults_are_made_once(quiet_house: TokenHouse) -> None:
    """One integration for each way that asks nothing of the operator, however many ask for them at once."""
    project_id = await quiet_house.project()

    await asyncio.gather(*(quiet_house.integrations.ensure_defaults(project_id=project_id) for _ in range(5)))

    found = await quiet_house.integrations.list(project_id=project_id)
    assert sorted((one.connector_key, one.auth_method) for one in found) == [
        ("easyship", "token"),
        ("shiphero", "refresh_token"),
    ]


async def test_a_client_secret_is_sealed_and_opened_for_use_alone(quiet_house: TokenHouse) -> None:
    """The secret stands in no column in the open; whoever refreshes gets it back."""
    project_id = await quiet_house.project()

    made = await quiet_house.integrations.create(
        project_id=project_id, connector_key="easyship", auth_method="oauth", setup=CLIENT, actor="person:p"
    )

    async with quiet_house.db.connection() as conn:
        client = await quiet_house.integrations.client(conn, project_id=project_id, integration_id=made.id)
        rows = await conn.fetch("select i::text as row from integrations i")
        entries = await conn.fetch("select e::text as row from audit_entries e")
    assert {name: secret.reveal() for name, secret in client.items()} == CLIENT
    assert (made.setup, made.setup_secrets) == ({"client_id": "app-1"}, ("client_secret",))
    assert not any("very-secret" in row["row"] for row in [*rows, *entries])


async def test_a_missing_secret_is_named(quiet_house: TokenHouse) -> None:
    """An OAuth application without its secret is refused, and the field is named as the form names it."""
    project_id = await quiet_house.project()

    with pytest.raises(UnprocessableError, match="Client secret"):
        await quiet_house.integrations.create(
            project_id=project_id,
            connector_key="easyship",
            auth_method="oauth",
            setup={"client_id": "app-1"},
            actor="person:p",
        )

    assert len(await quiet_house.integrations.list(project_id=project_id)) == 2


async def test_a_secret_that_is_left_out_stays(quiet_house: TokenHouse) -> None:
    """Changing the name or the open fields keeps the sealed secret."""
    project_id = await quiet_house.project()
    made = await quiet_house.integrations.create(
        project_id=project_id, connector_key="easyship", auth_method="oauth", setup=CLIENT, actor="person:p"
    )

    after = await quiet_house.integrations.update(
        project_id=project_id,
        integration_id=made.id,
        actor="person:p",
        setup={"client_id": "app-2"},
        chosen=Chosen(name="Our own app"),
    )

    async with quiet_house.db.connection() as conn:
        client = await quiet_house.integrations.client(conn, project_id=project_id, integration_id=made.id)
    assert after.name == "Our own app"
    assert client["client_id"].reveal() == "app-2"
    assert client["client_secret"].reveal() == CLIENT["client_secret"]


async def test_another_project_has_no_such_integration(quiet_house: TokenHouse) -> None:
    """An integration is found, switched and opened by its own project only."""
    project_id = await quiet_house.project()
    made = await quiet_house.integrations.create(
        project_id=project_id, connector_key="easyship", auth_method="oauth", setup=CLIENT, actor="person:p"
    )
    foreign = {"project_id": await quiet_house.project("Other"), "integration_id": made.id}

    with pytest.raises(NotFoundError):
        await quiet_house.integrations.get(**foreign)
    with pytest.raises(NotFoundError):
        await quiet_house.integrations.switch_off(**foreign, actor="person:p")
    async with quiet_house.db.connection() as conn:
        with pytest.raises(NotFoundError):
            await quiet_house.integrations.client(conn, **foreign)
