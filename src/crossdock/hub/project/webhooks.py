"""The Webhooks pages: addresses, their deliveries, tests and replays."""

from __future__ import annotations

from starlette.responses import Response

from crossdock.hub import deeds, notices
from crossdock.hub.desk import Desk
from crossdock.hub.views_dashboard import (
    BadgeView,
    ChoiceView,
    DeliveryRowView,
    MenuItemView,
    WebhookRowView,
    WebhooksView,
    WebhookView,
)
from crossdock.hub.views_link import ProblemView, Tone
from crossdock.kernel.errors import CrossdockError
from crossdock.kernel.secret import Secret
from crossdock.outbox import event
from crossdock.outbox.model import Delivery, Webhook

_STATES: dict[str, tuple[Tone, str]] = {
    "delivered": ("good", "Delivered"),
    "pending": ("info", "On its way"),
    "dead": ("bad", "Given up"),
}


async def index(desk: Desk) -> Response:
    """Show the webhooks and the form that adds one."""
    return await _webhooks(desk, url="", chosen=frozenset(event.SUBSCRIBABLE), problem=None)


async def create(desk: Desk) -> Response:
    """Add a webhook and show its secret, this once."""
    form = desk.sent()
    url, chosen = form.clean("url"), form.all("events")
    try:
        webhook, secret = await desk.ctx.webhooks.create(
            project_id=desk.project_id,
            actor=desk.actor,
            url=url,
            events=chosen,
            description=form.clean("description") or None,
        )
    except CrossdockError as error:
        return await _webhooks(desk, url=url, chosen=frozenset(chosen), problem=notices.problem(error))
    return _secret(desk, webhook, secret)


async def show(desk: Desk) -> Response:
    """Show one webhook with its deliveries."""
    webhook = await _webhook(desk)
    deliveries = await desk.ctx.webhooks.deliveries(project_id=desk.project_id, webhook_id=webhook.id)
    texts, url = desk.texts, f"/dashboard/webhooks/{webhook.id}"
    switch = ("Switch off", "switch-off") if webhook.enabled else ("Switch on", "switch-on")
    menu = [
        MenuItemView(label=texts.text("Send a test"), url=f"{url}/test", posts=True),
        MenuItemView(label=texts.text(switch[0]), url=f"{url}/{switch[1]}", posts=True),
        MenuItemView(label=texts.text("Replace the secret"), url=f"{url}/rotate", posts=True),
        MenuItemView(label=texts.text("Delete"), url=f"{url}/delete", danger=True),
    ]
    view = WebhookView(
        nav=desk.nav("webhooks"),
        row=_row(desk, webhook),
        menu=menu if webhook.enabled else menu[1:],
        deliveries=[_delivery(desk, webhook, one) for one in deliveries],
        disabled="" if webhook.enabled else texts.text(webhook.disabled_reason or "It is switched off."),
    )
    return desk.page("dashboard/webhook.html", view)


async def test(desk: Desk) -> Response:
    """Send a test event now and say whether it arrived."""
    webhook_id = desk.request.path_params["id"]
    delivery = await desk.ctx.webhooks.test(project_id=desk.project_id, webhook_id=webhook_id)
    arrived = delivery.status == "delivered"
    return desk.go(f"/webhooks/{webhook_id}", notice="test_delivered" if arrived else "test_failed")


async def replay(desk: Desk) -> Response:
    """Send a delivery again."""
    await desk.ctx.webhooks.replay(
        project_id=desk.project_id, delivery_id=desk.request.path_params["delivery"], actor=desk.actor
    )
    return desk.go(f"/webhooks/{desk.request.path_params['id']}", notice="replayed")


async def rotate(desk: Desk) -> Response:
    """Replace the signing secret and show the new one, this once."""
    webhook = await _webhook(desk)
    secret = await desk.ctx.webhooks.rotate_secret(project_id=desk.project_id, webhook_id=webhook.id, actor=desk.actor)
    return _secret(desk, webhook, secret)


async def switch_on(desk: Desk) -> Response:
    """Switch the webhook on."""
    await desk.ctx.webhooks.update(
        project_id=desk.project_id, webhook_id=desk.request.path_params["id"], actor=desk.actor, enabled=True
    )
    return desk.go(f"/webhooks/{desk.request.path_params['id']}", notice="saved")


async def switch_off(desk: Desk) -> Response:
    """Switch the webhook off."""
    await desk.ctx.webhooks.update(
        project_id=desk.project_id, webhook_id=desk.request.path_params["id"], actor=desk.actor, enabled=False
    )
    return desk.go(f"/webhooks/{desk.request.path_params['id']}", notice="saved")


async def delete_form(desk: Desk) -> Response:
    """Ask whether to delete the webhook."""
    webhook, texts = await _webhook(desk), desk.texts
    url = f"/dashboard/webhooks/{webhook.id}"
    return deeds.sure(
        desk,
        place="webhooks",
        title=texts.text("Delete this webhook?"),
        explanation=texts.text(
            "%(url)s hears nothing more. Its deliveries and its secret are erased.", url=webhook.url
        ),
        consequences=[],
        label=texts.text("Delete the webhook"),
        url=f"{url}/delete",
        back=url,
    )


async def delete(desk: Desk) -> Response:
    """Delete the webhook."""
    await desk.ctx.webhooks.delete(
        project_id=desk.project_id, webhook_id=desk.request.path_params["id"], actor=desk.actor
    )
    return desk.go("/webhooks", notice="webhook_deleted")


async def _webhook(desk: Desk) -> Webhook:
    return await desk.ctx.webhooks.get(project_id=desk.project_id, webhook_id=desk.request.path_params["id"])


async def _webhooks(desk: Desk, *, url: str, chosen: frozenset[str], problem: ProblemView | None) -> Response:
    webhooks = await desk.ctx.webhooks.list(project_id=desk.project_id)
    view = WebhooksView(
        nav=desk.nav("webhooks"),
        rows=[_row(desk, one) for one in webhooks],
        events=[
            ChoiceView(value=name, label=desk.texts.text(said), chosen=name in chosen)
            for name, said in event.SUBSCRIBABLE.items()
        ],
        problem=problem,
        url=url,
    )
    return desk.page("dashboard/webhooks.html", view, status=422 if problem else 200)


def _row(desk: Desk, webhook: Webhook) -> WebhookRowView:
    texts = desk.texts
    status = BadgeView(text=texts.text("On"), tone="good") if webhook.enabled else BadgeView(text=texts.text("Off"))
    if webhook.enabled and webhook.failing_since is not None:
        status = BadgeView(text=texts.text("Failing since %(day)s", day=texts.day(webhook.failing_since)), tone="bad")
    return WebhookRowView(
        url=webhook.url,
        page=f"/dashboard/webhooks/{webhook.id}",
        description=webhook.description or "",
        events=webhook.events,
        status=status,
    )


def _delivery(desk: Desk, webhook: Webhook, delivery: Delivery) -> DeliveryRowView:
    tone, word = _STATES[delivery.status]
    said = f"HTTP {delivery.last_status}" if delivery.last_status else (delivery.last_error or "")
    if delivery.status == "pending" and delivery.next_attempt_at is not None and delivery.attempts:
        when = desk.texts.relative(delivery.next_attempt_at, now=desk.ctx.clock.now())
        said = desk.texts.text("%(said)s; next try %(when)s", said=said.rstrip("."), when=when)
    url = f"/dashboard/webhooks/{webhook.id}/deliveries/{delivery.id}/replay"
    return DeliveryRowView(
        event=delivery.type,
        status=BadgeView(text=desk.texts.text(word), tone=tone),
        attempts=delivery.attempts,
        said=said,
        when=delivery.created_at,
        replay=url if webhook.enabled and delivery.status != "pending" else None,
    )


def _secret(desk: Desk, webhook: Webhook, secret: Secret) -> Response:
    texts = desk.texts
    return deeds.once(
        desk,
        place="webhooks",
        title=texts.text("The signing secret"),
        explanation=texts.text("Your server checks each delivery with it. Copy it now: it is not shown again."),
        label=texts.text("Secret"),
        secret=secret.reveal(),
        facts=[(texts.text("Address"), webhook.url), (texts.text("Events"), ", ".join(webhook.events))],
        back=deeds.copied(desk, f"/dashboard/webhooks/{webhook.id}"),
    )
