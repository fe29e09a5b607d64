"""What can be done with accounts. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from crossdock_client.call import Call, Sender, segment
from crossdock_client.models.accounts import LinkedAccount


class Accounts:
    """Accounts."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        provider: str | None = None,
        providers: Sequence[str] | None = None,
        origin_owner_id: str | None = None,
        origin_owner_ids: Sequence[str] | None = None,
        account_ids: Sequence[str] | None = None,
        status: Sequence[str] | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> Sequence[LinkedAccount]:
        """List accounts, the newest first."""
        call = Call(
            method="GET",
            path="/accounts",
            answer=list[LinkedAccount],
            query={
                "provider": provider,
                "providers": providers,
                "origin_owner_id": origin_owner_id,
                "origin_owner_ids": origin_owner_ids,
                "account_ids": account_ids,
                "status": status,
                "page": page,
                "page_size": page_size,
            },
        )
        return self._sender.send(call)

    def get(self, account_id: str) -> LinkedAccount:
        """Read one account."""
        call = Call(method="GET", path=f"/accounts/{segment(account_id)}", answer=LinkedAccount)
        return self._sender.send(call)

    def update(
        self,
        account_id: str,
        *,
        label: str | dict[str, Any] | None = None,
        origin_owner_id: str | None = None,
        origin_owner_name: str | None = None,
        origin_username: str | None = None,
        type: str | None = None,
        metadata: dict[str, Any] | None = None,
        effects: Sequence[Literal["read", "write", "destructive"]] | None = None,
        integration_id: str | None = None,
    ) -> LinkedAccount:
        """Change an account's label, owner, type, metadata or what calls may do; credentials change by linking again.

        - `effects`: What calls may do; `read` is always in it.
        - `integration_id`: Move it to another profile of its way.
        """
        call = Call(
            method="PATCH",
            path=f"/accounts/{segment(account_id)}",
            answer=LinkedAccount,
            body={
                "label": label,
                "origin_owner_id": origin_owner_id,
                "origin_owner_name": origin_owner_name,
                "origin_username": origin_username,
                "type": type,
                "metadata": metadata,
                "effects": effects,
                "integration_id": integration_id,
            },
        )
        return self._sender.send(call)

    def delete(self, account_id: str) -> LinkedAccount:
        """Remove an account and erase its credential; answers with the account as it was."""
        call = Call(method="DELETE", path=f"/accounts/{segment(account_id)}", answer=LinkedAccount)
        return self._sender.send(call)
