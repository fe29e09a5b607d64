"""`/webhooks`: where events are sent, and how their deliveries fare."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from crossdock.api import wire
from crossdock.api.auth import SECURITY, AccountId, needs, one_account
from crossdock.api.context import Context
from crossdock.kernel.clock import iso
from crossdock.kernel.errors import CrossdockError, NotFoundError
from crossdock.kernel.secret import Secret
from crossdock.outbox.model import Delivery, Webhook
from crossdock.projects.model import Principal

router = APIRouter(prefix="/webhooks", tags=["Webhooks"], dependencies=SECURITY)
WebhooksWriter = Annotated[Principal, Depends(needs("webhooks:write"))]
_SEVERAL = 207


class WebhookCreate(wire.Body):
    """What `POST /webhooks` takes."""

    url: str = Field(min_length=1, max_length=2048)
    events: list[str] = Field(max_length=50)
    description: str | None = Field(default=None, max_length=500)


class WebhookPatch(wire.Body):
    """What `PATCH /webhooks/{webhook_id}` takes; an absent member or null leaves a field alone."""

    url: str | None = Field(default=None, min_length=1, max_length=2048)
    events: list[str] | None = Field(default=None, max_length=50)
    description: str | None = Field(default=None, max_length=500)
    enabled: bool | None = None


class WebhookTold(BaseModel):
    """A webhook; its signing secret is shown only when it is made or replaced."""

    id: str
    url: str
    description: str | None
    events: list[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: str | None
    created_at: str
    updated_at: str


class WebhookWithSecret(WebhookTold):
    """A webhook with its signing secret, shown this once."""

    signing_secret: str


class WebhookList(BaseModel):
    """The project's webhooks, the oldest first."""

    data: list[WebhookTold]


class DeliveryTold(BaseModel):
    """One event on its way to one webhook."""

    id: str
    event_id: str
    webhook_id: str
    event: str
    account_id: str | None
    status: Literal["pending", "delivered", "dead"]
    attempts: int
    next_attempt_at: str | None
    last_status: int | None
    last_error: str | None
    created_at: str
    delivered_at: str | None


class DeliveryPage(BaseModel):
    """Some deliveries, the newest first; `next` leads to the next page, null at the end."""

    next: str | None
    data: list[DeliveryTold]


class EventAsked(wire.Body):
    """An event to send once more: `record_id` is the account's id."""

    event: str = Field(max_length=100)
    record_id: str = Field(max_length=64)


class EventResult(BaseModel):
    """What came of sending one event."""

    event: str
    record_id: str
    status: int
    message: str


@router.post("", response_model=WebhookWithSecret)
async def create_webhook(context: Context, principal: WebhooksWriter, body: WebhookCreate) -> WebhookWithSecret:
    """Add a webhook; the answer shows its signing secret, which nobody can see again."""
    webhook, secret = await context.webhooks.create(
        project_id=principal.project_id,
        actor=principal.actor,
        url=body.url,
        events=body.events,
        description=body.description,
    )
    return _with_secret(webhook, secret)


@router.get("", response_model=WebhookList)
async def list_webhooks(context: Context, principal: WebhooksWriter) -> WebhookList:
    """List the project's webhooks."""
    held = await context.webhooks.list(project_id=principal.project_id)
    return WebhookList(data=[_told(webhook) for webhook in held])


@router.get("/{webhook_id}", response_model=WebhookTold)
async def get_webhook(context: Context, principal: WebhooksWriter, webhook_id: str) -> WebhookTold:
    """Read one webhook."""
    return _told(await context.webhooks.get(project_id=principal.project_id, webhook_id=webhook_id))


@router.patch("/{webhook_id}", response_model=WebhookTold)
async def update_webhook(
    context: Context, principal: WebhooksWriter, webhook_id: str, body: WebhookPatch
) -> WebhookTold:
    """Change a webhook's address, events or description, or switch it off or on."""
    changed = await context.webhooks.update(
        project_id=principal.project_id,
        webhook_id=webhook_id,
        actor=principal.actor,
        url=body.url,
        events=body.events,
        description=body.description,
        enabled=body.enabled,
    )
    return _told(changed)


@router.delete("/{webhook_id}", response_model=WebhookTold)
async def delete_webhook(context: Context, principal: WebhooksWriter, webhook_id: str) -> WebhookTold:
    """Delete a webhook with its deliveries; answers with the webhook as it was."""
    held = await context.webhooks.get(project_id=principal.project_id, webhook_id=webhook_id)
    await context.webhooks.delete(project_id=principal.project_id, webhook_id=webhook_id, actor=principal.actor)
    return _told(held)


@router.post("/{webhook_id}/rotate", response_model=WebhookWithSecret)
async def rotate_webhook(context: Context, principal: WebhooksWriter, webhook_id: str) -> WebhookWithSecret:
    """Replace the signing secret; for 24 hours the old one signs along."""
    secret = await context.webhooks.rotate_secret(
        project_id=principal.project_id, webhook_id=webhook_id, actor=principal.actor
    )
    return _with_secret(await context.webhooks.get(project_id=principal.project_id, webhook_id=webhook_id), secret)


@router.post("/{webhook_id}/test", response_model=DeliveryTold)
async def test_webhook(context: Context, principal: WebhooksWriter, webhook_id: str) -> DeliveryTold:
    """Send a test event now, and tell how it went."""
    return _delivery(await context.webhooks.test(project_id=principal.project_id, webhook_id=webhook_id))


@router.get("/{webhook_id}/deliveries", response_model=DeliveryPage)
async def list_deliveries(
    context: Context,
    principal: WebhooksWriter,
    webhook_id: str,
    page_size: Annotated[int, Query(ge=1, le=100)] = 25,
    next: Annotated[str | None, Query(max_length=64)] = None,  # noqa: A002 - the word of the wire
) -> DeliveryPage:
    """List a webhook's deliveries, the newest first."""
    rows = await context.webhooks.deliveries(
        project_id=principal.project_id, webhook_id=webhook_id, limit=page_size + 1, before=next
    )
    shown = rows[:page_size]
    return DeliveryPage(
        next=shown[-1].id if len(rows) > page_size else None, data=[_delivery(delivery) for delivery in shown]
    )


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", response_model=DeliveryTold)
async def replay_delivery(
    context: Context, principal: WebhooksWriter, webhook_id: str, delivery_id: str
) -> DeliveryTold:
    """Send a delivery again from the start, under the same event id."""
    delivery = await context.webhooks.replay(
        project_id=principal.project_id, delivery_id=delivery_id, actor=principal.actor, webhook_id=webhook_id
    )
    return _delivery(delivery)


@router.post("/{webhook_id}/events", response_model=list[EventResult], status_code=_SEVERAL)
async def send_events(
    context: Context,
    principal: WebhooksWriter,
    webhook_id: str,
    body: Annotated[list[EventAsked], Body(min_length=1, max_length=100)],
    account_id: AccountId = None,
) -> JSONResponse:
    """Send events of an account to one webhook, each with a result of its own."""
    named = one_account(account_id)
    await context.webhooks.get(project_id=principal.project_id, webhook_id=webhook_id)
    account = await context.accounts.get(project_id=principal.project_id, account_id=named)
    results: list[dict[str, Any]] = []
    for asked in body:
        told = {"event": asked.event, "record_id": asked.record_id}
        try:
            if asked.record_id != named:
                raise NotFoundError("The account has no such record.", remedy="Give the account's own id.")
            await context.webhooks.announce(
                project_id=principal.project_id,
                webhook_id=webhook_id,
                actor=principal.actor,
                account=account,
                kind=asked.event,
            )
        except CrossdockError as error:
            results.append({**told, "status": error.http_status, "message": f"{error.message} {error.remedy}"})
        else:
            results.append({**told, "status": 200, "message": "The event is on its way."})
    return JSONResponse(results, status_code=_SEVERAL)


def _told(webhook: Webhook) -> WebhookTold:
    return WebhookTold(
        id=webhook.id,
        url=webhook.url,
        description=webhook.description,
        events=list(webhook.events),
        enabled=webhook.enabled,
        disabled_reason=webhook.disabled_reason,
        failing_since=iso(webhook.failing_since) if webhook.failing_since else None,
        created_at=iso(webhook.created_at),
        updated_at=iso(webhook.updated_at),
    )


def _with_secret(webhook: Webhook, secret: Secret) -> WebhookWithSecret:
    return WebhookWithSecret(**_told(webhook).model_dump(), signing_secret=secret.reveal())


def _delivery(delivery: Delivery) -> DeliveryTold:
    return DeliveryTold(
        id=delivery.id,
        event_id=delivery.event_id,
        webhook_id=delivery.webhook_id,
        event=delivery.type,
        account_id=delivery.account_id,
        status=delivery.status,
        attempts=delivery.attempts,
        next_attempt_at=iso(delivery.next_attempt_at) if delivery.next_attempt_at else None,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
        created_at=iso(delivery.created_at),
        delivered_at=iso(delivery.delivered_at) if delivery.delivered_at else None,
    )
