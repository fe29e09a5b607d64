"""What is exported: the provider's modules, their tables, and the columns of each, as queries.

The module names are the provider's; which tables and columns they hold is not published in full and chosen here.
A 3PL's customers get no inventory, and only a 3PL gets THREEPL, as the provider's page on exports says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from crossdock_twins.shiphero.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of an export: a query with `{accounts}` in it, whose rows were last changed at `changed`."""

    sql: str
    changed: str
    columns: tuple[str, ...]


def _of(source: str, columns: str, *, changed: str = "updated_at", account: str = "account_id") -> Table:
    names = columns.split()
    return Table(
        sql=f"SELECT {', '.join(names)} FROM {source} WHERE {account} IN ({{accounts}})",
        changed=changed,
        columns=tuple(name.rpartition(".")[2] for name in names),
    )


_LINES = "line_items l JOIN orders o ON o.id = l.order_id"
MODULES: Mapping[str, Mapping[str, Table]] = {
    "ORDERS": {
        "orders": _of(
            "orders",
            "id account_id order_number partner_order_id shop_name fulfillment_status email order_date created_at"
            " updated_at required_ship_date has_backorder body",
        ),
        "line_items": _of(
            _LINES,
            "l.id l.order_id l.sku l.partner_line_item_id l.fulfillment_status l.quantity l.quantity_shipped"
            " l.quantity_pending l.quantity_allocated l.backorder_quantity l.created_at l.updated_at",
            changed="l.updated_at",
            account="o.account_id",
        ),
        "order_history": _of(
            "order_history", "id order_id account_id user_id username information created_at", changed="created_at"
        ),
    },
    "SHIPMENTS": {
        "shipments": _of(
            "shipments", "id account_id order_id user_id warehouse_id completed voided created_at", changed="created_at"
        ),
        "shipping_labels": _of(
            "shipping_labels",
            "id account_id shipment_id order_id warehouse_id status tracking_number tracking_status carrier"
            " shipping_method cost created_at",
            changed="created_at",
        ),
    },
    "RETURNS": {
        "returns": _of("returns", "id account_id order_id warehouse_id status created_at updated_at"),
        "return_items": _of(
            "return_items i JOIN returns r ON r.id = i.return_id",
            "i.id i.return_id i.sku i.quantity i.quantity_received i.restock i.reason i.created_at i.updated_at",
            changed="i.updated_at",
            account="r.account_id",
        ),
    },
    "PRODUCTS": {
        "products": _of("products", "id account_id sku name barcode kit created_at updated_at body"),
        "warehouse_products": _of(
            "warehouse_products",
            "id account_id product_id warehouse_id on_hand allocated backorder reserve_inventory"
            " non_sellable_quantity created_at updated_at",
        ),
        "vendors": _of("vendors", "id account_id name email created_at", changed="created_at"),
    },
    "INVENTORY": {
        "locations": _of("locations", "id account_id warehouse_id name zone pickable sellable created_at updated_at"),
        "inventory_changes": _of(
            "inventory_changes",
            "id account_id warehouse_id sku user_id location_id previous_on_hand change_in_on_hand reason created_at",
            changed="created_at",
        ),
    },
    "PURCHASE_ORDERS": {
        "purchase_orders": _of(
            "purchase_orders",
            "id account_id warehouse_id vendor_id po_number fulfillment_status po_date date_closed created_at"
            " updated_at",
        ),
        "purchase_order_line_items": _of(
            "purchase_order_lines l JOIN purchase_orders o ON o.id = l.purchase_order_id",
            "l.id l.purchase_order_id l.sku l.quantity l.quantity_received l.quantity_rejected l.updated_at",
            changed="l.updated_at",
            account="o.account_id",
        ),
    },
    "THREEPL": {
        "bills": _of(
            "bills", "id account_id customer_id status period_start period_end amount due_date created_at updated_at"
        ),
        "warehouse_to_customers": _of(
            "relationships r JOIN accounts a ON a.id = r.customer_id",
            "r.warehouse_id r.customer_id r.from_name a.created_at",
            changed="a.created_at",
            account="a.id",
        ),
    },
    "USERS": {
        "users": _of(
            "users",
            "id account_id email first_name last_name is_admin is_developer is_active created_at updated_at",
        ),
    },
    "LABOR": {
        "picks": _of(
            "picks",
            "id account_id warehouse_id user_id order_id line_item_id sku quantity created_at",
            changed="created_at",
        ),
        "packages": _of(
            "packages",
            "id account_id warehouse_id user_id order_id shipment_id total_items created_at",
            changed="created_at",
        ),
    },
    "LVK": {},
}


def tables_of(module: str, account: Account) -> Mapping[str, Table]:
    """Give the tables of a module that an account gets."""
    if module == "INVENTORY" and account.parent_id is not None:
        return {}
    if module == "THREEPL" and not account.is_3pl:
        return {}
    return {name: table for name, table in MODULES[module].items() if not (account.is_3pl and name == "vendors")}
