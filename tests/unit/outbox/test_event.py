from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from crossdock.outbox import event

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Why:
    timestamp: datetime = NOW
    code: str = "token_revoked"
    description: str = "The token was revoked."


@dataclass(frozen=True)
class Told:
    id: str = "acc_1"
    project_id: str = "prj_1"
    connector_key: str = "shipper"
    origin_owner_id: str = "owner-1"
    origin_owner_name: str = "Owner One"
    origin_username: str | None = None
    setup: dict[str, Any] = field(default_factory=dict)
    status: str = "error"
    status_reasons: tuple[Why, ...] = (Why(),)


@pytest.mark.parametrize("kind", [event.ACCOUNT_CREATED, event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED])
def test_the_platform_s_events_have_its_envelope(kind: str) -> None:
    """The required members and no others, where the account has none of the optional ones."""
    assert event.envelope(Told(), kind=kind, now=NOW) == {
        "project_id": "prj_1",
        "event": kind,
        "event_date": "2026-11-21T12:00:00.000Z",
        "record_type": "account",
        "record_id": "acc_1",
        "sent_at": "2026-11-21T12:00:00.000Z",
        "account_id": "acc_1",
        "provider": "shipper",
        "origin_owner_id": "owner-1",
        "origin_owner_name": "Owner One",
    }


def test_optional_members_appear_where_they_are_known() -> None:
    """User name and setup stand in the envelope of an account that has them."""
    told = Told(origin_username="ada@example.com", setup={"region": "hk"})

    body = event.envelope(told, kind=event.ACCOUNT_CREATED, now=NOW)

    assert body["origin_username"] == "ada@example.com"
    assert body["setup_information"] == {"region": "hk"}


@pytest.mark.parametrize("kind", [event.ACCOUNT_EXPIRING, event.ACCOUNT_NEEDS_RELINK])
def test_crossdock_s_own_events_tell_why(kind: str) -> None:
    """Status and reasons come along."""
    body = event.envelope(Told(), kind=kind, now=NOW)

    assert body["status"] == "error"
    assert body["reasons"] == [
        {"timestamp": "2026-11-21T12:00:00.000Z", "code": "token_revoked", "description": "The token was revoked."}
    ]


def test_a_test_event_speaks_of_no_account() -> None:
    """Its envelope names the project and nothing else."""
    body = event.sample(project_id="prj_1", now=NOW)

    assert body["event"] == "webhook.test"
    assert "account_id" not in body
