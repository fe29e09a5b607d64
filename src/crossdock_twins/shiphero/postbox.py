"""Who the twin writes to: webhooks, and the addresses that snapshots and inventory syncs name, each by its lane."""

from crossdock_twins.base.deliveries import Addresses, Delivery, Letter, Outcome, Verdict
from crossdock_twins.shiphero.snapshots.delivery import SnapshotAddresses
from crossdock_twins.shiphero.state import State
from crossdock_twins.shiphero.syncs.delivery import SyncAddresses
from crossdock_twins.shiphero.webhooks.addresses import WebhookAddresses


class Postbox:
    """All addresses of a twin; a lane is a webhook's number, or a kind and a number with a colon between them."""

    def __init__(self, state: State) -> None:
        self._webhooks: Addresses = WebhookAddresses(state.store)
        self._kinds: dict[str, Addresses] = {"snapshot": SnapshotAddresses(state), "sync": SyncAddresses(state)}

    def letter(self, delivery: Delivery) -> Letter | None:
        """Write the request for a delivery; None where nobody waits for it any more."""
        return self._of(delivery).letter(delivery)

    def judge(self, delivery: Delivery, outcome: Outcome) -> Verdict:
        """Say what becomes of a delivery, in the postman's transaction."""
        return self._of(delivery).judge(delivery, outcome)

    def _of(self, delivery: Delivery) -> Addresses:
        kind, colon, _ = delivery.lane.partition(":")
        return self._kinds[kind] if colon else self._webhooks
