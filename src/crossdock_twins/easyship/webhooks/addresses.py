"""How a message reaches a webhook: its signature, its tries, and the switching off of an endpoint that fails."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from crossdock_twins.base import deliveries
from crossdock_twins.base.deliveries import DELIVERED, FAILED, Delivery, Letter, Outcome, Verdict
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.webhooks import rules


def signature(secret: str, *, company_id: str) -> str:
    """Give what `X-EASYSHIP-SIGNATURE` holds: a JWT (HS256) that names the company and says nothing of the body."""
    head = _part({"alg": "HS256"})
    claims = _part({"easyship_company_id": company_id})
    digest = hmac.new(secret.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return f"{head}.{claims}.{_text(digest)}"


def headers(secret: str, *, company_id: str) -> dict[str, str]:
    """Give the headers of a message."""
    return {
        "Content-Type": "application/json",
        "X-EASYSHIP-SIGNATURE": signature(secret, company_id=company_id),
    }


class WebhookAddresses:
    """The webhooks in a twin's store, as the postman knows them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def letter(self, delivery: Delivery) -> Letter | None:
        """Sign a message with its webhook's secret; None where the webhook is gone or not active."""
        row = self._store.one("SELECT * FROM webhook WHERE id = ? AND state = 'active'", delivery.lane)
        if row is None:
            return None
        signed = headers(row["secret_token"], company_id=row["company_id"])
        return Letter(url=row["endpoint"], headers=signed, seconds=rules.SECONDS)

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Try thirty times more, a minute apart, then switch the webhook off until somebody activates it again."""
        if outcome.status in rules.OK_STATUSES:
            return DELIVERED
        if delivery.tries + 1 < rules.TRIES:
            return Verdict(state="waiting", again=rules.WAIT)
        self._switch_off(delivery.lane, at=delivery.due)
        return FAILED

    def _switch_off(self, webhook_id: str, *, at: datetime) -> None:
        self._store.execute(
            "UPDATE webhook SET state = 'failed', updated_at = ? WHERE id = ?",
            *(at.strftime("%Y-%m-%dT%H:%M:%SZ"), webhook_id),
        )
        deliveries.drop_lane(self._store, webhook_id)


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
