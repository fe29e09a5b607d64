"""What can be done with connectors. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Unpack

from crossdock_client.call import AsyncSender, Call, comma, segment
from crossdock_client.models.connectors import AuthConfig, AuthConfigsPage, ConnectorMeta, CreateAuthConfig


class AsyncConnectors:
    """Connectors, for asynchronous programs."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self, *, include: str | Sequence[str] | None = None) -> Sequence[ConnectorMeta]:
        """List the providers that can be linked.

        - `include`: Comma list; `resources` adds the logo. Other words of the official clients change nothing.
        """
        call = Call(
            method="GET", path="/connectors/meta", answer=list[ConnectorMeta], query={"include": comma(include)}
        )
        return await self._sender.send(call)

    async def get(self, provider: str, *, include: str | Sequence[str] | None = None) -> ConnectorMeta:
        """Read one provider.

        - `include`: Comma list; `resources` adds the logo. Other words of the official clients change nothing.
        """
        call = Call(
            method="GET",
            path=f"/connectors/meta/{segment(provider)}",
            answer=ConnectorMeta,
            query={"include": comma(include)},
        )
        return await self._sender.send(call)

    async def list_auth_configs(
        self,
        *,
        connector_key: str | None = None,
        enabled: bool | None = None,
        page: int | None = None,
        page_size: int | None = None,
    ) -> AuthConfigsPage:
        """List the project's connector profiles: each connector by each way to link that the project uses."""
        call = Call(
            method="GET",
            path="/auth_configs",
            answer=AuthConfigsPage,
            query={"connector_key": connector_key, "enabled": enabled, "page": page, "page_size": page_size},
        )
        return await self._sender.send(call)

    async def create_auth_config(self, **asked: Unpack[CreateAuthConfig]) -> AuthConfig:
        """Make a connector profile; the first one of its way of linking is the default."""
        call = Call(method="POST", path="/auth_configs", answer=AuthConfig, body=asked)
        return await self._sender.send(call)

    async def get_auth_config(self, profile_id: str) -> AuthConfig:
        """Read one connector profile."""
        call = Call(method="GET", path=f"/auth_configs/{segment(profile_id)}", answer=AuthConfig)
        return await self._sender.send(call)

    async def update_auth_config(
        self,
        profile_id: str,
        *,
        name: str | None = None,
        environment: str | None = None,
        scopes: Sequence[str] | None = None,
        actions: Sequence[str] | None = None,
        effects: Sequence[Literal["read", "write", "destructive"]] | None = None,
        active: bool | None = None,
        default: bool | None = None,
        setup: dict[str, str] | None = None,
    ) -> AuthConfig:
        """Change a connector profile, for the calls of its accounts from now on.

        - `environment`: Empty leaves it to the credential.
        - `scopes`: Names of `scope_definitions`.
        - `actions`: Names or globs; `*` is every action.
        - `effects`: `read` is always in it.
        - `default`: Only true: another one becomes the default in its place.
        - `setup`: The own application's fields; a secret that is left out stays as it is.
        """
        call = Call(
            method="PATCH",
            path=f"/auth_configs/{segment(profile_id)}",
            answer=AuthConfig,
            body={
                "name": name,
                "environment": environment,
                "scopes": scopes,
                "actions": actions,
                "effects": effects,
                "active": active,
                "default": default,
                "setup": setup,
            },
        )
        return await self._sender.send(call)

    async def delete_auth_config(self, profile_id: str) -> AuthConfig:
        """Delete a connector profile that no account is linked through, and erase its secrets."""
        call = Call(method="DELETE", path=f"/auth_configs/{segment(profile_id)}", answer=AuthConfig)
        return await self._sender.send(call)
