"""Rows of the project ``mine`` that the cases of tokens and linking need."""

from __future__ import annotations

from datetime import timedelta

from crossdock.accounts import integration_store, store
from crossdock.accounts.model import Account, Identity, Integration
from crossdock.linking import store as linking_store
from crossdock.linking.session import SessionRequest
from security.isolation import World

INTEGRATION, ACCOUNT, ATTEMPT = "int_mine", "acc_mine", "att_mine"
OWNER, CONNECTOR, IDENTITY = "owner_mine", "shipper", "42"


async def seed_accounts(world: World) -> None:
    """Give ``mine`` an integration and an account with its credential."""
    now = world.clock.now()
    integration = Integration(
        id=INTEGRATION,
        project_id=world.mine,
        connector_key=CONNECTOR,
        auth_method="token",
        name="Mine",
        environment=None,
        active=True,
        setup={},
        setup_secrets=(),
        created_at=now,
        updated_at=now,
    )
    account = Account(
        id=ACCOUNT,
        project_id=world.mine,
        integration_id=INTEGRATION,
        connector_key=CONNECTOR,
        auth_method="token",
        environment="production",
        type="production",
        origin_owner_id=OWNER,
        origin_owner_name="Mine",
        origin_username=None,
        label=None,
        effects=frozenset({"read"}),
        metadata={},
        linked_by="person:per_mine",
        created_at=now,
        updated_at=now,
        status="active",
        status_since=now,
        identity=Identity(IDENTITY, "Mine"),
        identity_key=IDENTITY,
    )
    await integration_store.insert_integration(world.conn, project_id=world.mine, integration=integration)
    await store.insert_account(world.conn, project_id=world.mine, account=account)
    await store.insert_credential(
        world.conn, project_id=world.mine, account_id=ACCOUNT, issued_at=now, expires_at=now + timedelta(days=28)
    )


async def seed_linking(world: World) -> None:
    """Give ``mine`` a connect session, an attempt that has linked, and one that waits for a provider's answer."""
    now = world.clock.now()
    request = SessionRequest(origin_owner_id=OWNER, origin_owner_name="Mine")
    session = await linking_store.insert_session(
        world.conn, project_id=world.mine, token_hash=b"mine", request=request, created_by="key:1", now=now
    )
    for attempt_id, status in (("att_linked", "authenticated"), (ATTEMPT, "pending")):
        await linking_store.insert_attempt(
            world.conn,
            project_id=world.mine,
            attempt_id=attempt_id,
            session_id=session.id,
            values={"status": status},
            now=now,
            expires_at=now + timedelta(hours=1),
        )
    world.keep(request=request, session=session)
