"""`GET /stores`, and what puts a shop there: the API cannot."""

from datetime import datetime
from uuid import NAMESPACE_DNS, uuid5

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import counted
from crossdock_twins.easyship.records import Records
from crossdock_twins.easyship.replies import Reply
from crossdock_twins.easyship.state import Owner
from crossdock_twins.easyship.times import timestamp

_STORES = Records("connected_store")


def index(call: Call) -> Reply:
    """List the connected shops, newest first."""
    rows, page = counted(_STORES.some(call.store, call.owner), call.query)
    return Reply(members={"stores": rows}, page=page)


def connect(store: Store, owner: Owner, *, name: str, platform: str, now: datetime) -> None:
    """Connect a shop; same company and name, same id."""
    moment = timestamp(now)
    shop = {
        "id": str(uuid5(NAMESPACE_DNS, f"{owner.environment}.store.{owner.company_id}.{name}")),
        "active": True,
        "company_id": str(uuid5(NAMESPACE_DNS, f"company.{owner.company_id}")),
        "created_at": moment,
        "last_synced_at": None,
        "name": name,
        "platform": {"name": platform},
        "updated_at": moment,
    }
    _STORES.add(store, owner, shop)


HANDLERS: dict[str, Handler] = {"stores_index": index}
