"""What can be done with webhooks. Made from the API's document by tools/python_client.py."""

# ruff: noqa: A002 - the words of the wire
from __future__ import annotations

from collections.abc import Sequence

from crossdock_client.call import AsyncSender, Call, segment
from crossdock_client.models.webhooks import (
    DeliveryPage,
    DeliveryTold,
    EventAsked,
    EventResult,
    WebhookList,
    WebhookTold,
    WebhookWithSecret,
)


class AsyncWebhooks:
    """Webhooks, for asynchronous programs."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self) -> WebhookList:
        """List the project's webhooks."""
        call = Call(method="GET", path="/webhooks", answer=WebhookList)
        return await self._sender.send(call)

    async def create(self, *, url: str, events: Sequence[str], description: str | None = None) -> WebhookWithSecret:
        """Add a webhook; the answer shows its signing secret, which nobody can see again."""
        call = Call(
            method="POST",
            path="/webhooks",
            answer=WebhookWithSecret,
            body={"url": url, "events": events, "description": description},
        )
        return await self._sender.send(call)

    async def get(self, webhook_id: str) -> WebhookTold:
        """Read one webhook."""
        call = Call(method="GET", path=f"/webhooks/{segment(webhook_id)}", answer=WebhookTold)
        return await self._sender.send(call)

    async def update(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        events: Sequence[str] | None = None,
        description: str | None = None,
        enabled: bool | None = None,
    ) -> WebhookTold:
        """Change a webhook's address, events or description, or switch it off or on."""
        call = Call(
            method="PATCH",
            path=f"/webhooks/{segment(webhook_id)}",
            answer=WebhookTold,
            body={"url": url, "events": events, "description": description, "enabled": enabled},
        )
        return await self._sender.send(call)

    async def delete(self, webhook_id: str) -> WebhookTold:
        """Delete a webhook with its deliveries; answers with the webhook as it was."""
        call = Call(method="DELETE", path=f"/webhooks/{segment(webhook_id)}", answer=WebhookTold)
        return await self._sender.send(call)

    async def rotate(self, webhook_id: str) -> WebhookWithSecret:
        """Replace the signing secret; for 24 hours the old one signs along."""
        call = Call(method="POST", path=f"/webhooks/{segment(webhook_id)}/rotate", answer=WebhookWithSecret)
        return await self._sender.send(call)

    async def test(self, webhook_id: str) -> DeliveryTold:
        """Send a test event now, and tell how it went."""
        call = Call(method="POST", path=f"/webhooks/{segment(webhook_id)}/test", answer=DeliveryTold)
        return await self._sender.send(call)

    async def list_deliveries(
        self, webhook_id: str, *, page_size: int | None = None, next: str | None = None
    ) -> DeliveryPage:
        """List a webhook's deliveries, the newest first."""
        call = Call(
            method="GET",
            path=f"/webhooks/{segment(webhook_id)}/deliveries",
            answer=DeliveryPage,
            query={"page_size": page_size, "next": next},
        )
        return await self._sender.send(call)

    async def replay_delivery(self, webhook_id: str, delivery_id: str) -> DeliveryTold:
        """Send a delivery again from the start, under the same event id."""
        call = Call(
            method="POST",
            path=f"/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}/replay",
            answer=DeliveryTold,
        )
        return await self._sender.send(call)

    async def send_events(
        self, webhook_id: str, *, account_id: str, events: Sequence[EventAsked]
    ) -> Sequence[EventResult]:
        """Send events of an account to one webhook, each with a result of its own.

        - `account_id`: The linked account that the call is for.
        """
        call = Call(
            method="POST",
            path=f"/webhooks/{segment(webhook_id)}/events",
            answer=list[EventResult],
            headers={"x-account-id": account_id},
            body=events,
        )
        return await self._sender.send(call)
