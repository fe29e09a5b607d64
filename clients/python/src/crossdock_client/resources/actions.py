"""What can be done with actions. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from crossdock_client.call import Call, Sender, comma, once, segment
from crossdock_client.models.actions import (
    ActionsBuilt,
    ActionsFound,
    ActionsMetaPage,
    DefenderConfig,
    IdempotencyKeyAnswer,
    PermissionsAnswer,
    RpcAnswer,
    SyncedAnswer,
)


class Actions:
    """Actions."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        account_ids: str | Sequence[str] | None = None,
        connectors: str | Sequence[str] | None = None,
        action_key: str | Sequence[str] | None = None,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        group_by: str | None = None,
        search: str | None = None,
        page_size: int | None = None,
        next: str | None = None,
    ) -> ActionsMetaPage:
        """List connectors with their actions, by the connector's key.

        - `connectors`: keys.
        - `action_key`: names.
        - `include`: `action_details` adds inputs, `authentication_guides` the guides.
        - `exclude`: `actions` leaves the actions out.
        - `group_by`: `connector`, `account` or `integration`.
        - `search`: Words that an action must have.
        """
        call = Call(
            method="GET",
            path="/actions",
            answer=ActionsMetaPage,
            query={
                "filter[account_ids]": comma(account_ids),
                "filter[connectors]": comma(connectors),
                "filter[action_key]": comma(action_key),
                "include": include,
                "exclude": exclude,
                "group_by": group_by,
                "search": search,
                "page_size": page_size,
                "next": next,
            },
        )
        return self._sender.send(call)

    def search(
        self,
        query: str,
        *,
        account_id: str | None = None,
        connector_profile_id: str | None = None,
        connector: str | None = None,
        top_k: float | None = None,
        min_similarity: float | None = None,
    ) -> ActionsFound:
        """Find the actions that fit a few words, the best first: of all profiles, or of the account or profile named.

        - `account_id`: The linked account that the call is for.
        - `connector_profile_id`: The connector profile that the account is expected to be of; another one is refused.
        - `top_k`: How many results at most.
        - `min_similarity`: The lowest score, from 0 to 1.
        """
        call = Call(
            method="POST",
            path="/actions/search",
            answer=ActionsFound,
            headers={"x-account-id": account_id, "x-connector-profile-id": connector_profile_id},
            body={"query": query, "connector": connector, "top_k": top_k, "min_similarity": min_similarity},
        )
        return self._sender.send(call)

    def build(self, *, connector_key: str | None = None, force_refresh: bool | None = None) -> ActionsBuilt:
        """Make the search's index ready, anew with `force_refresh`; an unknown connector has the status `error`."""
        call = Call(
            method="POST",
            path="/actions/build",
            answer=ActionsBuilt,
            body={"connector_key": connector_key, "force_refresh": force_refresh},
        )
        return self._sender.send(call)

    def run(
        self,
        action: str,
        *,
        account_id: str,
        sync: bool | None = None,
        run_id: str | None = None,
        debug: bool | None = None,
        priority: str | None = None,
        look: str | None = None,
        connector_profile_id: str | None = None,
        prefer: str | None = None,
        path: dict[str, Any] | None = None,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        defender_config: DefenderConfig | None = None,
        idempotency_key: str | None = None,
    ) -> RpcAnswer:
        """Run an action for the account that `x-account-id` names; a file comes as it is, and `collect` gives NDJSON.

        - `account_id`: The linked account that the call is for.
        - `sync`: Keep the rows for a day, to be read at `/actions/rpc/synced`.
        - `run_id`: The run to add rows to.
        - `debug`: Tell the call's id in the log in `debug`.
        - `priority`: `bulk` lets other calls of the account go first.
        - `look`: For writes of actions: `before` looks whether it is there, and sends only where it is not.
        - `connector_profile_id`: The connector profile that the account is expected to be of; another one is refused.
        - `prefer`: `heartbeat` sends a line break every ten seconds while the provider is waited for.
        - `idempotency_key`: For writes: the same key with the same request gives the first answer again, for a day.
          Made for you unless given.
        """
        call = Call(
            method="POST",
            path="/actions/rpc",
            answer=RpcAnswer,
            query={"sync": sync, "run_id": run_id, "debug": debug},
            headers={
                "x-account-id": account_id,
                "x-crossdock-priority": priority,
                "x-crossdock-look": look,
                "x-connector-profile-id": connector_profile_id,
                "prefer": prefer,
                "idempotency-key": once(idempotency_key),
            },
            body={"action": action, "path": path, "query": query, "body": body, "defender_config": defender_config},
        )
        return self._sender.send(call)

    def list_synced(
        self,
        *,
        action: str,
        page_size: int | None = None,
        skip: int | None = None,
        account_id: str | None = None,
        connector_profile_id: str | None = None,
        path: dict[str, Any] | None = None,
        filter: dict[str, Any] | None = None,
        run_id: str | None = None,
    ) -> SyncedAnswer:
        """Read what `POST /actions/rpc?sync=true` brought; without `x-account-id` the `run_id` tells the account.

        - `account_id`: The linked account that the call is for.
        - `connector_profile_id`: The connector profile that the account is expected to be of; another one is refused.
        - `filter`: What fields of the rows are equal to, by dotted path; a list asks for one of its members.
        - `run_id`: The newest run without one.
        """
        call = Call(
            method="POST",
            path="/actions/rpc/synced",
            answer=SyncedAnswer,
            query={"page_size": page_size, "skip": skip},
            headers={"x-account-id": account_id, "x-connector-profile-id": connector_profile_id},
            body={"action": action, "path": path, "filter": filter, "run_id": run_id},
        )
        return self._sender.send(call)

    def get_idempotency_key(self, key: str, *, account_id: str | None = None) -> IdempotencyKeyAnswer:
        """Tell what has become of a write that was sent with this key for the account that `x-account-id` names.

        - `key`: The Idempotency-Key that was sent.
        - `account_id`: The linked account that the call is for.
        """
        call = Call(
            method="GET",
            path=f"/idempotency_keys/{segment(key)}",
            answer=IdempotencyKeyAnswer,
            headers={"x-account-id": account_id},
        )
        return self._sender.send(call)

    def check_permissions(
        self,
        *,
        account_id: str,
        resource_id: str,
        action: Literal["read", "write", "comment", "delete", "export"] | None = None,
        resource_type: str | None = None,
        user_id: str | None = None,
        email: str | None = None,
    ) -> PermissionsAnswer:
        """Tell whether the account, its grant and the key allow an action or a kind of action, without calling anyone.

        - `account_id`: The linked account that the call is for.
        """
        call = Call(
            method="POST",
            path="/unified/check_permissions",
            answer=PermissionsAnswer,
            headers={"x-account-id": account_id},
            body={
                "resource_id": resource_id,
                "action": action,
                "resource_type": resource_type,
                "user_id": user_id,
                "email": email,
            },
        )
        return self._sender.send(call)
