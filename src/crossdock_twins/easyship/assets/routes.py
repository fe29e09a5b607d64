"""Images: list, upload, rename, remove, switch on and off; and the page that serves them to anybody."""

from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from crossdock_twins.base.store import Store
from crossdock_twins.easyship.documents import links
from crossdock_twins.easyship.errors import Refusal, not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.records import EVERYTHING, Records, Where
from crossdock_twins.easyship.replies import Page, Reply, success

PATH = "/assets/{kind}/{asset_id}/main.{ending}"
_ASSETS = Records("asset")
_MOST = 5
_TOO_MANY = "Store up to five assets for each type at most. Remove existing assets before uploading new ones."
_WRONG_TYPE = "File must be a png or jpeg image"
_KINDS = {b"\x89PNG\r\n\x1a\n": ("image/png", "png"), b"\xff\xd8\xff": ("image/jpeg", "jpg")}
_OF_KIND = "kind = ?"


def index(call: Call) -> Reply:
    """List the images, newest first unless asked otherwise."""
    query = call.query
    where = Where(sql=_OF_KIND, values=(query["type"],)) if "type" in query else EVERYTHING
    column = {"type": "kind", "created_at": "number"}[query.get("sort_by", "created_at")]
    direction = query.get("sort_direction", "DESC")
    found = _ASSETS.some(call.store, call.owner, where, order=f"{column} {direction}, number {direction}")
    return _listed(call, found)


def create(call: Call) -> Reply:
    """Upload an image; the first of its type is the active one."""
    kind, upload = call.body["type"], call.files.get("file")
    found = (
        None if upload is None else next((_KINDS[start] for start in _KINDS if upload.content.startswith(start)), None)
    )
    if upload is None or found is None:
        raise Refusal("invalid_request", _WRONG_TYPE)
    where = Where(sql=_OF_KIND, values=(kind,))
    already = _ASSETS.count(call.store, call.owner, where)
    if already >= _MOST:
        raise Refusal("invalid_request", _TOO_MANY)
    content_type, ending = found
    asset_id = str(uuid4())
    path = PATH.format(kind=kind, asset_id=asset_id, ending=ending)
    asset = {"id": asset_id, "name": call.body.get("name"), "type": kind}
    asset["url"] = f"{path}?{int(call.now.timestamp())}"
    _ASSETS.add(
        call.store,
        call.owner,
        asset,
        kind=kind,
        is_active=int(not already),
        content_type=content_type,
        content=upload.content,
    )
    return _listed(call, [asset], status=201)


def update(call: Call) -> Reply:
    """Rename an image."""
    asset = {**_found(call), **call.body}
    _ASSETS.put(call.store, call.owner, asset)
    return Reply(members={"asset": _shown(call, asset)})


def delete(call: Call) -> Reply:
    """Remove an image."""
    if not _ASSETS.drop(call.store, call.owner, call.path["id"]):
        raise not_found("Asset")
    return success("Asset successfully deleted")


def activate(call: Call) -> Reply:
    """Make an image the active one of its type."""
    asset = _found(call)
    call.store.execute(
        "UPDATE asset SET is_active = (id = ?) WHERE company_id = ? AND environment = ? AND kind = ?",
        *(asset["id"], call.company.id, call.grant.environment, asset["type"]),
    )
    return success("Asset successfully activated")


def deactivate(call: Call) -> Reply:
    """Switch an image off."""
    _ASSETS.put(call.store, call.owner, _found(call), is_active=0)
    return success("Asset successfully deactivated")


def route(store: Store) -> Route:
    """Give the page that serves an image to whoever has its address."""

    async def serve(request: Request) -> Response:
        row = store.one("SELECT content, content_type FROM asset WHERE id = ?", request.path_params["asset_id"])
        if row is None:
            return PlainTextResponse(
                "There is no such image. List the images with GET /account/assets.", status_code=404
            )
        return Response(row["content"], media_type=row["content_type"])

    return Route(PATH, serve)


def _found(call: Call) -> dict[str, Any]:
    asset = _ASSETS.find(call.store, call.owner, call.path["id"])
    if asset is None:
        raise not_found("Asset")
    return asset


def _listed(call: Call, assets: list[dict[str, Any]], *, status: int = 200) -> Reply:
    page = Page(page=1, next=None, count=len(assets))
    return Reply(members={"assets": [_shown(call, asset) for asset in assets]}, status=status, page=page)


def _shown(call: Call, asset: dict[str, Any]) -> dict[str, Any]:
    """Show an image with its whole address, which is this host's wherever it stands today."""
    return {**asset, "url": links.host(call.store, call.grant.environment) + asset["url"]}


HANDLERS: dict[str, Handler] = {
    "assets_index": index,
    "assets_create": create,
    "assets_update": update,
    "assets_delete": delete,
    "asset_activate_create": activate,
    "asset_deactivate_create": deactivate,
}
