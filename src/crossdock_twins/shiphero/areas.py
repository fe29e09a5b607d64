"""The areas that are built: the operations and fields that each of them answers, and what each does besides."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from crossdock_twins.shiphero import papers
from crossdock_twins.shiphero.account import control as account_control
from crossdock_twins.shiphero.account import nodes as account_nodes
from crossdock_twins.shiphero.account import operations as account
from crossdock_twins.shiphero.agents import control as agent_control
from crossdock_twins.shiphero.agents import oauth
from crossdock_twins.shiphero.billing import bills, charges, invoices, monthly, tally
from crossdock_twins.shiphero.billing import nodes as bill_nodes
from crossdock_twins.shiphero.boxes import operations as boxes
from crossdock_twins.shiphero.call import Operation, Resolver
from crossdock_twins.shiphero.cycle_counts import control as cycle_count_control
from crossdock_twins.shiphero.cycle_counts import jobs as cycle_count_jobs
from crossdock_twins.shiphero.cycle_counts import operations as cycle_counts
from crossdock_twins.shiphero.data_exports import operations as data_exports
from crossdock_twins.shiphero.inbound import control as inbound_control
from crossdock_twins.shiphero.inbound import nodes as inbound_nodes
from crossdock_twins.shiphero.inbound import operations as inbound
from crossdock_twins.shiphero.inbound import plans, summary
from crossdock_twins.shiphero.labor import nodes as labor_nodes
from crossdock_twins.shiphero.labor import operations as labor
from crossdock_twins.shiphero.locations import nodes as location_nodes
from crossdock_twins.shiphero.locations import operations as locations
from crossdock_twins.shiphero.locations import plates as license_plates
from crossdock_twins.shiphero.lots import nodes as lot_nodes
from crossdock_twins.shiphero.lots import operations as lots
from crossdock_twins.shiphero.orders import changes as order_changes
from crossdock_twins.shiphero.orders import closing as order_closing
from crossdock_twins.shiphero.orders import contents as order_contents
from crossdock_twins.shiphero.orders import holding as order_holding
from crossdock_twins.shiphero.orders import lines as order_lines
from crossdock_twins.shiphero.orders import merging as order_merging
from crossdock_twins.shiphero.orders import nodes as order_nodes
from crossdock_twins.shiphero.orders import operations as orders
from crossdock_twins.shiphero.orders import tags as order_tags
from crossdock_twins.shiphero.products import bundles as product_bundles
from crossdock_twins.shiphero.products import changes as product_changes
from crossdock_twins.shiphero.products import nodes as product_nodes
from crossdock_twins.shiphero.products import operations as products
from crossdock_twins.shiphero.products import parts as product_parts
from crossdock_twins.shiphero.purchasing import changes as purchase_changes
from crossdock_twins.shiphero.purchasing import control as purchase_control
from crossdock_twins.shiphero.purchasing import nodes as purchase_nodes
from crossdock_twins.shiphero.purchasing import operations as purchases
from crossdock_twins.shiphero.purchasing import vendors
from crossdock_twins.shiphero.returns import exchanges
from crossdock_twins.shiphero.returns import labels as return_labels
from crossdock_twins.shiphero.returns import nodes as return_nodes
from crossdock_twins.shiphero.returns import operations as returns
from crossdock_twins.shiphero.returns import receiving as return_receiving
from crossdock_twins.shiphero.shipments import fulfilment as shipment_fulfilment
from crossdock_twins.shiphero.shipments import generating as shipment_generating
from crossdock_twins.shiphero.shipments import label_nodes
from crossdock_twins.shiphero.shipments import nodes as shipment_nodes
from crossdock_twins.shiphero.shipments import operations as shipments
from crossdock_twins.shiphero.shipments import slips as shipment_slips
from crossdock_twins.shiphero.shipments import transit as shipment_transit
from crossdock_twins.shiphero.snapshots import jobs as snapshot_jobs
from crossdock_twins.shiphero.snapshots import operations as snapshots
from crossdock_twins.shiphero.stock import history as stock_history
from crossdock_twins.shiphero.stock import nodes as stock_nodes
from crossdock_twins.shiphero.stock import operations as stock
from crossdock_twins.shiphero.syncs import operations as syncs
from crossdock_twins.shiphero.syncs import work as sync_work
from crossdock_twins.shiphero.totes import barcodes as tote_barcodes
from crossdock_twins.shiphero.totes import control as tote_control
from crossdock_twins.shiphero.totes import nodes as tote_nodes
from crossdock_twins.shiphero.totes import operations as totes
from crossdock_twins.shiphero.webhooks import control as webhook_control
from crossdock_twins.shiphero.webhooks import operations as webhooks
from crossdock_twins.shiphero.wholesale import leaving as wholesale_leaving
from crossdock_twins.shiphero.wholesale import nodes as wholesale_nodes
from crossdock_twins.shiphero.wholesale import operations as wholesale
from crossdock_twins.shiphero.wholesale import packing as wholesale_packing
from crossdock_twins.shiphero.wholesale import picking as wholesale_picking
from crossdock_twins.shiphero.work_orders import control as work_order_control
from crossdock_twins.shiphero.work_orders import fees
from crossdock_twins.shiphero.work_orders import nodes as work_order_nodes
from crossdock_twins.shiphero.work_orders import operations as work_orders

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from crossdock_twins.base.agenda import Due
    from crossdock_twins.shiphero.state import State

_AREAS: tuple[ModuleType, ...] = (
    papers,
    account,
    account_control,
    account_nodes,
    agent_control,
    oauth,
    bill_nodes,
    bills,
    charges,
    invoices,
    monthly,
    tally,
    boxes,
    data_exports,
    wholesale,
    wholesale_nodes,
    wholesale_picking,
    wholesale_packing,
    wholesale_leaving,
    orders,
    order_nodes,
    order_lines,
    order_changes,
    order_holding,
    order_contents,
    order_tags,
    order_closing,
    order_merging,
    shipments,
    shipment_fulfilment,
    shipment_generating,
    shipment_nodes,
    shipment_slips,
    shipment_transit,
    label_nodes,
    labor,
    labor_nodes,
    products,
    product_nodes,
    product_bundles,
    product_changes,
    product_parts,
    inbound,
    inbound_control,
    inbound_nodes,
    plans,
    summary,
    purchases,
    purchase_changes,
    purchase_control,
    purchase_nodes,
    vendors,
    exchanges,
    return_labels,
    return_nodes,
    returns,
    return_receiving,
    fees,
    work_order_control,
    work_order_nodes,
    work_orders,
    stock_nodes,
    webhooks,
    webhook_control,
    location_nodes,
    locations,
    license_plates,
    lot_nodes,
    lots,
    stock,
    stock_history,
    cycle_counts,
    cycle_count_control,
    cycle_count_jobs,
    snapshots,
    snapshot_jobs,
    syncs,
    sync_work,
    tote_barcodes,
    tote_control,
    tote_nodes,
    totes,
)


def _all(name: str) -> dict[Any, Any]:
    """Put together what the areas that have it call `name`."""
    return {key: value for area in _AREAS for key, value in getattr(area, name, {}).items()}


QUERIES: Mapping[str, Operation] = _all("QUERIES")
MUTATIONS: Mapping[str, Operation] = _all("MUTATIONS")
ENTITIES: Mapping[str, str] = _all("ENTITIES")
"""The member of a mutation's answer that holds what it changed."""

FIELDS: Mapping[tuple[str, str], Resolver] = _all("FIELDS")
PAGES: frozenset[str] = frozenset().union(*(getattr(area, "PAGES", ()) for area in _AREAS))
"""The answers of queries whose `data` is a page of the Listing that the operation gives."""

AGENDA: Mapping[str, Callable[["State", "Due"], None]] = _all("AGENDA")
"""What runs the things that areas have put on the agenda, by kind."""

ROUTES: Sequence[Callable[["State"], list["BaseRoute"]]] = tuple(
    area.routes for area in _AREAS if hasattr(area, "routes")
)
"""What areas serve beside GraphQL, such as files: each gives the routes for a state."""

CONTROL: Sequence[Callable[["State"], list["BaseRoute"]]] = tuple(
    area.control for area in _AREAS if hasattr(area, "control")
)
"""What areas add to the control API under `/_twin`: the deeds of people for which the API has no operation."""
