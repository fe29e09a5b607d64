"""What can be done with connect sessions. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from crossdock_client.call import Call, Sender
from crossdock_client.models.connect_sessions import ConnectSessionAnswer, ConnectSessionCreated


class ConnectSessions:
    """Connect sessions."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def create(
        self,
        *,
        origin_owner_id: str,
        origin_owner_name: str,
        origin_username: str | None = None,
        provider: str | None = None,
        categories: Sequence[
            Literal[
                "ats",
                "hris",
                "hris-legacy",
                "crm",
                "iam",
                "marketing",
                "lms",
                "stackone",
                "documents",
                "ticketing",
                "screening",
                "messaging",
                "accounting",
                "scheduling",
            ]
        ]
        | None = None,
        integration_id: str | None = None,
        account_id: str | None = None,
        multiple: bool | None = None,
        expires_in: float | None = None,
        label: str | None = None,
        metadata: dict[str, Any] | None = None,
        type: str | None = None,
        effects: Sequence[Literal["read", "write", "destructive"]] | None = None,
        allowed_origins: Sequence[str] | None = None,
        return_url: str | None = None,
    ) -> ConnectSessionCreated:
        """Open a connect session: hand its token to the hub in your page, or send its hosted link to the person.

        - `account_id`: Open this account for linking it again.
        - `multiple`: Allow a second account of the same owner and provider.
        - `expires_in`: Seconds until the link ends.
        - `type`: `production` or `test`.
        - `effects`: What calls may do; only `read` unless named.
        - `allowed_origins`: Origins that may embed the page and get people back.
        - `return_url`: Where the last page leads back to; of one of the allowed origins.
        """
        call = Call(
            method="POST",
            path="/connect_sessions",
            answer=ConnectSessionCreated,
            body={
                "origin_owner_id": origin_owner_id,
                "origin_owner_name": origin_owner_name,
                "origin_username": origin_username,
                "provider": provider,
                "categories": categories,
                "integration_id": integration_id,
                "account_id": account_id,
                "multiple": multiple,
                "expires_in": expires_in,
                "label": label,
                "metadata": metadata,
                "type": type,
                "effects": effects,
                "allowed_origins": allowed_origins,
                "return_url": return_url,
            },
        )
        return self._sender.send(call)

    def authenticate(self, *, token: str) -> ConnectSessionAnswer:
        """Return the connect session of a token."""
        call = Call(
            method="POST", path="/connect_sessions/authenticate", answer=ConnectSessionAnswer, body={"token": token}
        )
        return self._sender.send(call)
