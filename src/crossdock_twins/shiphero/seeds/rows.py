"""Rows on their way into the store: gathered by table, written many at once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from crossdock_twins.base.store import Store, Value

_AT_ONCE = 20_000

_COLUMNS = {
    "products": "id account_id sku sku_key name barcode created_at updated_at body",
    "product_tags": "product_id tag",
    "warehouse_products": (
        "id account_id product_id warehouse_id on_hand allocated backorder created_at updated_at body"
    ),
    "locations": (
        "id account_id warehouse_id location_type_id name name_key zone pickable sellable staging is_receiving"
        " created_at updated_at"
    ),
    "item_locations": "stock_id location_id quantity created_at updated_at",
    "inventory_changes": (
        "account_id warehouse_id stock_id product_id sku sku_key user_id location_id previous_on_hand"
        " change_in_on_hand reason source created_at"
    ),
    "orders": (
        "id account_id order_number partner_order_id shop_name fulfillment_status email order_date created_at"
        " updated_at allocated_at has_backorder fraud_hold address_hold payment_hold operator_hold allocations_made"
        " body"
    ),
    "line_items": (
        "id order_id sku sku_key partner_line_item_id fulfillment_status quantity quantity_shipped quantity_pending"
        " quantity_allocated backorder_quantity warehouse_id created_at updated_at body"
    ),
    "order_tags": "order_id tag place",
    "order_history": "order_id account_id user_id username information created_at",
    "order_allocations": "order_id warehouse_id reference allocated_at ready_to_ship",
    "line_allocations": "line_item_id stock_id order_id warehouse_id quantity backorder",
    "shipments": (
        "id account_id order_id user_id warehouse_id profile shipped_off_shiphero completed picked_up delivered"
        " created_at address"
    ),
    "shipping_labels": (
        "id account_id shipment_id order_id warehouse_id package_number status tracking_number tracking_status carrier"
        " shipping_method shipping_name cost created_at body"
    ),
    "shipment_line_items": "shipment_id line_item_id shipping_label_id quantity",
    "packages": (
        "account_id warehouse_id user_id order_id shipment_id total_items unique_items barcodes_scanned created_at"
    ),
    "picks": (
        "account_id warehouse_id user_id order_id line_item_id location_id inventory_bin sku quantity pick_type"
        " barcode_scanned created_at"
    ),
    "vendors": "id account_id name email created_at body",
    "product_vendors": "product_id vendor_id vendor_sku price",
    "purchase_orders": (
        "id account_id warehouse_id vendor_id po_number fulfillment_status po_date date_closed arrived_at created_at"
        " updated_at body"
    ),
    "purchase_order_lines": (
        "purchase_order_id product_id vendor_id sku sku_key quantity quantity_received fulfillment_status created_at"
        " updated_at body"
    ),
    "returns": "id account_id order_id warehouse_id status created_at updated_at body",
    "return_items": (
        "return_id line_item_id product_id warehouse_id sku quantity quantity_received restock condition type reason"
        " created_at updated_at"
    ),
    "return_labels": "return_id tracking_number status created_at body",
    "return_history": "return_id user_id body created_at",
}


class Rows:
    """Gathers rows and writes them when there are enough; `flush` writes the rest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[str, list[Sequence[Value]]] = defaultdict(list)
        self._count = 0

    def add(self, table: str, row: Sequence[Value]) -> None:
        """Gather a row; its values stand in the order of the table's columns above."""
        self._waiting[table].append(row)
        self._count += 1
        if self._count >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits, parents first."""
        for table, columns in _COLUMNS.items():
            waiting = self._waiting.pop(table, None)
            if waiting:
                names = columns.split()
                marks = ", ".join("?" * len(names))
                self._store.many(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", waiting)
        self._count = 0


@contextmanager
def unindexed(store: Store) -> Iterator[None]:
    """Build the indexes of these tables when all rows are there, which takes less time than keeping them up to date."""
    marks = ", ".join("?" * len(_COLUMNS))
    found = store.all(
        f"SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
        *_COLUMNS,
    )
    for row in found:
        store.execute(f'DROP INDEX "{row["name"]}"')
    yield
    for row in found:
        store.execute(row["sql"])
