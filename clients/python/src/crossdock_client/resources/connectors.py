"""What can be done with connectors. Made from the API's document by tools/python_client.py."""

from __future__ import annotations

from collections.abc import Sequence

from crossdock_client.call import Call, Sender, comma, segment
from crossdock_client.models.connectors import AuthConfigsPage, ConnectorMeta


class Connectors:
    """Connectors."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, include: str | Sequence[str] | None = None) -> Sequence[ConnectorMeta]:
        """List the providers that can be linked.

        - `include`: Comma list; `resources` adds the logo. Other words of the official clients change nothing.
        """
        call = Call(
            method="GET", path="/connectors/meta", answer=list[ConnectorMeta], query={"include": comma(include)}
        )
        return self._sender.send(call)

    def get(self, provider: str, *, include: str | Sequence[str] | None = None) -> ConnectorMeta:
        """Read one provider.

        - `include`: Comma list; `resources` adds the logo. Other words of the official clients change nothing.
        """
        call = Call(
            method="GET",
            path=f"/connectors/meta/{segment(provider)}",
            answer=ConnectorMeta,
            query={"include": comma(include)},
        )
        return self._sender.send(call)

    def list_auth_configs(
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
        return self._sender.send(call)
