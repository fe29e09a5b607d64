"""ASGI middleware that takes `//auth/refresh` and `/graphql/` for what they mean."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_API = re.compile(r"/+(auth/+(?:token|refresh)|graphql)/*")


class FoldSlashes:
    """Folds the slashes of the API's paths, before anything else looks at them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its plain path."""
        if scope["type"] == "http":
            found = _API.fullmatch(scope["path"])
            if found is not None:
                path = "/" + re.sub("/+", "/", found.group(1))
                scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
