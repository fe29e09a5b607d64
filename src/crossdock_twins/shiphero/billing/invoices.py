"""Invoices of the fulfilment network: one a month for each account that it ships for, with an item for each thing done.

The items are the labels, receipts, returns and stock of the month themselves; an invoice only fixes the sum.
"""

import sqlite3
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from crossdock_twins.base import tokens
from crossdock_twins.base.store import Value
from crossdock_twins.shiphero import ids
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver, number_of
from crossdock_twins.shiphero.errors import not_found
from crossdock_twins.shiphero.paging import Conditions, Listing

PROCESSING, PICKING, OVERCHARGE = Decimal("0.25"), Decimal("1.85"), Decimal("0.00")
INSPECTION, RESTOCKING = Decimal("1.10"), Decimal("0.60")
STORAGE_PER_PIECE = Decimal("0.06")
CARD = "Visa ending in 4242"

_SORTS = {name: name for name in ("id", "amount", "created_at")} | {"legacy_id": "id"}
_ITEM_SORTS = {"id": "id", "legacy_id": "id"}
_INBOUND = (
    "(SELECT t.id, o.id AS purchase_order_id, o.created_at, o.account_id, coalesce(o.date_closed, o.created_at) AS done"
    " FROM purchase_order_trackings t JOIN purchase_orders o ON o.id = t.purchase_order_id)"
)
_RETURNS = (
    "(SELECT r.id, r.order_id, r.created_at, r.account_id,"
    " (SELECT min(l.id) FROM return_labels l WHERE l.return_id = r.id) AS label_id,"
    " (SELECT l.body ->> '$.cost' FROM return_labels l WHERE l.return_id = r.id ORDER BY l.id LIMIT 1) AS cost"
    " FROM returns r)"
)
_STORAGE = (
    "(SELECT warehouse_id AS id, warehouse_id, account_id, sum(on_hand) AS pieces"
    " FROM warehouse_products GROUP BY warehouse_id, account_id)"
)


def fulfillment_invoices(call: Call, **asked: Any) -> Listing:
    """Answer `fulfillment_invoices`: those of the caller's accounts."""
    where = Conditions()
    where.among("account_id", call.visible)
    where.compare("created_at", ">=", asked.get("date_from"))
    where.compare("created_at", "<=", asked.get("date_to"))
    return Listing(store=call.state.store, table="fulfillment_invoices", where=where, sorts=_SORTS, nodes=_invoices)


def fulfillment_invoice(call: Call, *, id: str | None = None) -> dict[str, Any]:  # noqa: A002 - the API's own argument
    """Answer `fulfillment_invoice`; error 5 where the caller sees no such invoice."""
    number = number_of(id, "FulfillmentInvoice")
    row = call.state.store.one("SELECT * FROM fulfillment_invoices WHERE id = ?", number)
    if row is None or row["account_id"] not in call.visible:
        raise not_found("Fulfillment invoice")
    return _invoices(call, [row])[0]


def _invoices(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    return [_invoice(row) for row in rows]


def _invoice(row: sqlite3.Row) -> dict[str, Any]:
    mark = tokens.digest(f"invoice:{row['id']}")
    return {
        "id": ids.encode("FulfillmentInvoice", row["id"]),
        "legacy_id": row["id"],
        "stripe_charge_id": f"ch_{mark[:24]}" if row["status"] == "paid" else None,
        "stripe_invoice_id": f"in_{mark[24:48]}",
        "stripe_invoice_number": f"{mark[:8].upper()}-{row['id']:04d}",
        "stripe_invoice_status": row["status"],
        "stripe_invoice_url": f"https://invoice.stripe.example/i/{mark[48:]}",
        "stripe_next_payment_attempt": None,
        "account_id": ids.encode("Account", row["account_id"]),
        "cc_info": CARD,
        "amount": row["amount"],
        "created_at": row["created_at"],
        "_row": row,
    }


def _items(source: str, moment: str, node: Callable[[sqlite3.Row], Mapping[str, Any]]) -> Resolver:
    """Make the resolver of one kind of item: rows of a source whose `moment` lies in the invoice's month."""

    def resolve(invoice: dict[str, Any], info: Info, **page: Any) -> dict[str, Any]:
        row, call, where = invoice["_row"], info.context, Conditions()
        common = {name: invoice[name] for name in ("account_id", "created_at")} | {"invoice_id": invoice["id"]}

        def nodes(_call: Call, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
            return [
                {"created_at": invoice["created_at"], "legacy_id": each["id"], **common, **node(each)} for each in rows
            ]

        where.add("account_id = ?", row["account_id"])
        if moment:
            month: tuple[Value, Value] = (row["period_start"], row["period_end"])
            where.add(f"{moment} >= ? AND {moment} < ?", *month)
        return Listing(store=call.state.store, table=source, where=where, sorts=_ITEM_SORTS, nodes=nodes).connection(
            call, **page
        )

    return resolve


def _shipping(row: sqlite3.Row) -> Mapping[str, Any]:
    rate = _money(row["cost"])
    return {
        "id": ids.encode("FulfillmentInvoiceShippingItem", row["id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "shipment_id": ids.encode("Shipment", row["shipment_id"]),
        "shipping_label_id": ids.encode("ShippingLabel", row["id"]),
        "amount": str(rate + PROCESSING + PICKING + OVERCHARGE),
        "shipping_rate": str(rate),
        "processing_fee": str(PROCESSING),
        "picking_fee": str(PICKING),
        "overcharge_fee": str(OVERCHARGE),
        "created_at": row["created_at"],
    }


def _inbound(row: sqlite3.Row) -> Mapping[str, Any]:
    return {
        "id": ids.encode("FulfillmentInvoiceInboundShippingItem", row["id"]),
        "purchase_order_id": ids.encode("PurchaseOrder", row["purchase_order_id"]),
        "shipment_id": None,
        "shipping_label_id": None,
        "amount": str(PICKING),
        "cost": str(PICKING),
        "created_at": row["created_at"],
    }


def _return(row: sqlite3.Row) -> dict[str, Any]:
    rate = _money(row["cost"])
    return {
        "id": ids.encode("FulfillmentInvoiceReturnItem", row["id"]),
        "order_id": ids.encode("Order", row["order_id"]),
        "rma_id": ids.encode("Return", row["id"]),
        "rma_label_id": ids.encode_or_none("RMALabel", row["label_id"]),
        "amount": str(rate + PICKING + INSPECTION + RESTOCKING),
        "shipping_rate": str(rate),
        "picking_fee": str(PICKING),
        "inspection_fee": str(INSPECTION),
        "restocking_fee": str(RESTOCKING),
        "created_at": row["created_at"],
    }


def _return_fulfillment(row: sqlite3.Row) -> Mapping[str, Any]:
    fees = PICKING + INSPECTION + RESTOCKING
    return {
        **_return(row),
        "id": ids.encode("FulfillmentInvoiceReturnFulfillmentItem", row["id"]),
        "amount": str(fees),
        "sub_total_amount": str(fees),
        "fulfillment_taxes": "0.00",
    }


def _storage(row: sqlite3.Row) -> Mapping[str, Any]:
    return {
        "id": ids.encode("FulfillmentInvoiceStorageItem", row["id"]),
        "warehouse_id": ids.encode("Warehouse", row["warehouse_id"]),
        "amount": str((row["pieces"] * STORAGE_PER_PIECE).quantize(Decimal("0.01"))),
    }


def _money(text: str | None) -> Decimal:
    return Decimal(text or "0").quantize(Decimal("0.01"))


QUERIES: dict[str, Operation] = {
    "fulfillment_invoice": fulfillment_invoice,
    "fulfillment_invoices": fulfillment_invoices,
}
FIELDS: dict[tuple[str, str], Resolver] = {
    ("FulfillmentInvoice", "shipping_items"): _items("shipping_labels", "created_at", _shipping),
    ("FulfillmentInvoice", "inbound_shipping_items"): _items(_INBOUND, "done", _inbound),
    ("FulfillmentInvoice", "returns_items"): _items(_RETURNS, "created_at", _return),
    ("FulfillmentInvoice", "returns_fulfillment_items"): _items(_RETURNS, "created_at", _return_fulfillment),
    ("FulfillmentInvoice", "storage_items"): _items(_STORAGE, "", _storage),
}
PAGES = frozenset({"FulfillmentInvoicesQueryResult"})
