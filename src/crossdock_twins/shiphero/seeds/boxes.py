"""The boxes that a shop packs into."""

import json
from collections.abc import Sequence

from crossdock_twins.shiphero.seeds.sale import House
from crossdock_twins.shiphero.state import State

_SIZES = (
    ("Box 10x8x6", "10", "8", "6", "0.62"),
    ("Box 14x10x8", "14", "10", "8", "0.94"),
    ("Mailer 12x9", "12", "9", "1", "0.21"),
)
_USED = ("MEDIUM_FLAT_RATE_BOX", "FEDEX_PAK", "UPS_EXPRESS_BOX_SMALL")


def fill(state: State, account_id: int, houses: Sequence[House]) -> None:
    """Give each warehouse a few boxes of the account's own, and some of the carriers'."""
    for house in houses:
        for place, (name, length, width, height, price) in enumerate(_SIZES, start=1):
            sizes = {"weight": "0.40", "height": f"{height}.00", "width": f"{width}.00", "length": f"{length}.00"}
            state.store.execute(
                "INSERT INTO custom_boxes (account_id, warehouse_id, name, barcode, packaging_type, dimensions, active,"
                " on_hand, price) VALUES (?, ?, ?, ?, 'box', ?, 1, ?, ?)",
                *(account_id, house.id, name, f"BOX-{house.id}-{place}", json.dumps(sizes), 120 * place, price),
            )
        for place, code in enumerate(_USED, start=1):
            state.store.execute(
                "INSERT INTO carrier_box_settings (warehouse_id, box_code, on_hand, active, price)"
                " VALUES (?, ?, ?, 1, ?)",
                *(house.id, code, 60 * place, "0.00"),
            )
