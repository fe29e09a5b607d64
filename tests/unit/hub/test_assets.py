from __future__ import annotations

import gzip
import re

from starlette.requests import Request
from starlette.responses import Response

from crossdock.connectors.catalogue import Catalogue
from crossdock.hub.assets import FOLDER, Assets
from crossdock.hub.render import Renderer
from unit.hub.samples import PAGES_OF_ALL

BUDGET = 60_000


def test_the_hub_stays_small() -> None:
    """Style sheet, all scripts and the largest page come to less than 60 kB when packed."""
    assets = Assets.load()
    renderer = Renderer.load(https=False)
    pages = [
        len(gzip.compress(bytes(renderer.page(template, view=view).body), mtime=0))
        for template, view in PAGES_OF_ALL.values()
    ]

    packed = sum(len(asset.packed) for asset in assets.files.values() if asset.packed is not None)

    assert packed + max(pages) < BUDGET


def test_style_and_scripts_ask_nobody_else() -> None:
    """No asset names another origin."""
    texts = {path.name: path.read_text() for path in FOLDER.rglob("*") if path.suffix in {".js", ".css"}}

    named = {name: re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text) for name, text in texts.items()}

    assert texts
    assert not any(named.values())


async def ask(name: str, query: str = "", **headers: str) -> Response:
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/static/{name}",
        "path_params": {"name": name},
        "query_string": query.encode(),
        "headers": [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()],
    }
    return await Assets.load().serve(Request(scope))


async def test_assets_are_kept_for_good_under_their_version() -> None:
    """With its version an asset never changes; without, or with another, it is asked for again."""
    version = Assets.load().url("hub.css").partition("?")[2]

    current = await ask("hub.css", version, accept_encoding="gzip")
    bare = await ask("hub.css")
    known = await ask("hub.css", if_none_match=current.headers["etag"])

    assert "immutable" in current.headers["cache-control"]
    assert gzip.decompress(bytes(current.body)) == bytes(bare.body)
    assert bare.headers["cache-control"] == "no-cache"
    assert known.status_code == 304


async def test_nothing_else_is_served_as_an_asset() -> None:
    """A path out of the folder, or of no file, is 404."""
    for name in ("nothing.css", "../render.py", "/etc/passwd", "", "\0"):
        assert (await ask(name)).status_code == 404


def test_every_step_of_every_guide_has_its_picture() -> None:
    """No step of a guide goes without the picture that its definition names, and no picture is left over."""
    wanted = {
        f"guides/{step.image}"
        for connector in Catalogue.load().connectors()
        for method in connector.auth_methods
        for step in method.guide
    }

    assert {name for name in Assets.load().files if name.startswith("guides/")} == wanted
