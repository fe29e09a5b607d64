"""How a message reaches a webhook: its signature, its time limit, its tries, and the webhook's health."""

import base64
import hashlib
import hmac

from crossdock_twins.base import deliveries
from crossdock_twins.base.deliveries import DELIVERED, FAILED, Delivery, Letter, Outcome, Verdict
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.webhooks import labels, rules

PROBE = "probe"


def signature(secret: str, body: str) -> str:
    """Give what `x-shiphero-hmac-sha256` holds: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()).decode()


class WebhookAddresses:
    """The webhooks in a twin's store, as the postman knows them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def letter(self, delivery: Delivery) -> Letter | None:
        """Sign a message with its webhook's own secret; None where the webhook is gone or off."""
        row = self._store.one("SELECT url, secret, enabled FROM webhooks WHERE id = ?", _number(delivery))
        if row is None or not row["enabled"]:
            return None
        if delivery.event == PROBE:
            return Letter(url=row["url"], headers={}, seconds=rules.DEFAULT_SECONDS, method="HEAD")
        headers = {
            "Content-Type": "application/json",
            "x-shiphero-hmac-sha256": signature(row["secret"], delivery.body),
            "X-Shiphero-Message-ID": delivery.message_id,
        }
        return Letter(url=row["url"], headers=headers, seconds=rules.SECONDS.get(delivery.event, rules.DEFAULT_SECONDS))

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Try five times, then count the message as lost; too many lost in a row switch the webhook off."""
        if delivery.event == PROBE:
            return DELIVERED if outcome.status is not None else FAILED
        if delivery.event == rules.GENERATE_LABEL:
            return self._after_label(delivery, has_label=labels.answer(self._store, delivery, outcome))
        if outcome.status == rules.RECEIVED:
            self._count(delivery, lost_in_a_row=0)
            return DELIVERED
        tries = delivery.tries + 1
        if tries < rules.TRIES:
            return Verdict(state="waiting", again=rules.wait_after(tries))
        self._count(delivery, lost_in_a_row=self._lost(delivery) + 1)
        return FAILED

    def _after_label(self, delivery: Delivery, *, has_label: bool) -> Verdict:
        """Somebody waits for a label, so there is one try."""
        self._count(delivery, lost_in_a_row=0 if has_label else self._lost(delivery) + 1)
        return DELIVERED if has_label else FAILED

    def _lost(self, delivery: Delivery) -> int:
        row = self._store.one("SELECT lost_in_a_row FROM webhooks WHERE id = ?", _number(delivery))
        return 0 if row is None else int(row["lost_in_a_row"])

    def _count(self, delivery: Delivery, *, lost_in_a_row: int) -> None:
        number, health = _number(delivery), rules.health_of(lost_in_a_row)
        at = dates.text_of(delivery.due)
        changed = self._store.execute(
            "UPDATE webhooks SET lost_in_a_row = ?, health = ? WHERE id = ? AND lost_in_a_row <> ?",
            *(lost_in_a_row, health, number, lost_in_a_row),
        )
        if changed and lost_in_a_row == rules.WARNING_FROM:
            self._notify(number, at, "This webhook does not answer as it should. Messages are being lost.")
        if changed and health == "UNHEALTHY":
            self._store.execute(
                "UPDATE webhooks SET enabled = 0, last_enabled_change = ?, updated_at = ? WHERE id = ?", at, at, number
            )
            deliveries.drop_lane(self._store, delivery.lane)
            self._notify(number, at, "This webhook was switched off because it is unhealthy.")

    def _notify(self, number: int, at: str, text: str) -> None:
        self._store.execute("INSERT INTO webhook_notices (webhook_id, at, text) VALUES (?, ?, ?)", number, at, text)


def _number(delivery: Delivery) -> int:
    """Give the webhook of a delivery; probes go beside its messages, so that nothing waits for them."""
    return int(delivery.lane.removeprefix(f"{PROBE}-"))
