"""Tags: list and create."""

from typing import Any
from uuid import uuid4

from crossdock_twins.easyship.errors import Refusal
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import fetched
from crossdock_twins.easyship.records import EVERYTHING, Records, Where
from crossdock_twins.easyship.replies import Reply

_TAGS = Records("tag")


def index(call: Call) -> Reply:
    """List the tags by name, those that hold a keyword where one is given."""
    where = EVERYTHING
    if "keyword" in call.query:
        where = Where(sql="instr(lower(name), lower(?)) > 0", values=(call.query["keyword"],))

    def fetch(limit: int, offset: int) -> list[dict[str, Any]]:
        return _TAGS.some(call.store, call.owner, where, order="name", limit=limit, offset=offset)

    rows, page = fetched(_TAGS.count(call.store, call.owner, where), fetch, call.query)
    return Reply(members={"tags": [{"name": row["name"]} for row in rows]}, page=page)


def create(call: Call) -> Reply:
    """Create a tag."""
    name = call.body["name"].strip()
    if not name:
        raise Refusal("invalid_content", "Name can't be blank")
    if _TAGS.count(call.store, call.owner, Where(sql="name = ?", values=(name,))):
        raise Refusal("invalid_content", "Name has already been taken")
    _TAGS.add(call.store, call.owner, {"id": str(uuid4()), "name": name}, name=name)
    return Reply(members={"tag": {"name": name}}, status=201)


HANDLERS: dict[str, Handler] = {
    "tags_index": index,
    "tags_create": create,
}
