"""Manifests: list, close one out for a courier, show.

Known from the vendor's pages: that USPS wants the shipments named, and that ids of others are silently dropped. Which
couriers take manifests, and the sentences for the others, are the twin's own.
"""

from typing import Any
from uuid import uuid4

from crossdock_twins.base.store import Value
from crossdock_twins.easyship.couriers.store import get_courier
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.manifests import papers, store
from crossdock_twins.easyship.manifests.store import Manifest
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.shipments.filters import read_moment
from crossdock_twins.easyship.times import timestamp

_CREATED = 201
_NAMED_SHIPMENTS = frozenset({"USPS"})
_WITHOUT = frozenset({"FedEx", "DHL", "SFExpress"})


def index(call: Call) -> Reply:
    """List the company's manifests, newest first."""
    columns: dict[str, list[Value]] = {}
    if "courier_umbrella_name" in call.query:
        columns["umbrella_name"] = [call.query["courier_umbrella_name"]]
    if "courier_id" in call.query:
        columns["courier_id"] = [call.query["courier_id"].lower()]
    if "ref_number" in call.query:
        columns["ref_number"] = list(call.query["ref_number"])
    found = store.matching(
        call.store,
        owner=call.owner,
        columns=columns,
        since=_bound("created_at_from", call),
        until=_bound("created_at_to", call),
    )
    shown, page = counted(found, call.query)
    return Reply(members={"manifests": [_json(call, each) for each in shown]}, page=page)


def show(call: Call) -> Reply:
    """Show one manifest."""
    manifest = store.find(call.store, owner=call.owner, manifest_id=call.path["manifest_id"])
    if manifest is None:
        raise not_found("Manifest")
    return Reply(members={"manifest": _json(call, manifest)})


def create(call: Call) -> Reply:
    """Close out a manifest: of the shipments that are named, or of all that the courier can be handed."""
    courier_id = call.body["courier_id"].lower()
    courier = get_courier(call.store, call.owner, courier_id)
    if courier is None:
        raise not_found("Courier")
    umbrella = courier["umbrella_name"]
    only = list(dict.fromkeys(call.body.get("shipment_ids", ()))) or None
    if umbrella in _WITHOUT:
        raise Refusal("invalid_content", f"Manifests are not supported for {umbrella}.")
    if only is None and umbrella in _NAMED_SHIPMENTS:
        raise Refusal("invalid_content", f"shipment_ids must be provided to generate a manifest for {umbrella}.")
    with call.store.transaction():
        taken = store.open_shipments(call.store, owner=call.owner, courier_id=courier_id, only=only)
        if not taken:
            raise Refusal("invalid_content", f"There are no shipments to generate a manifest for {umbrella}.")
        manifest = Manifest(
            id=str(uuid4()),
            owner=call.owner,
            courier_id=courier_id,
            umbrella_name=umbrella,
            ref_number=f"MAN{store.next_number(call.store):07d}",
            shipments=[papers.line(answer) for answer in taken],
            created_at=timestamp(call.now),
        )
        store.add(call.store, manifest)
    return Reply(members={"manifest": _json(call, manifest)}, status=_CREATED)


def _bound(name: str, call: Call) -> str | None:
    return read_moment(name, call.query) if name in call.query else None


def _json(call: Call, manifest: Manifest) -> dict[str, Any]:
    return {
        "courier": {"id": manifest.courier_id, "umbrella_name": manifest.umbrella_name},
        "created_at": manifest.created_at,
        "document": {"format": "url", "url": papers.link(call.store, manifest)},
        "id": manifest.id,
        "ref_number": manifest.ref_number,
        "shipments_count": len(manifest.shipments),
    }


HANDLERS: dict[str, Handler] = {
    "manifests_index": index,
    "manifests_create": create,
    "manifests_show": show,
}
