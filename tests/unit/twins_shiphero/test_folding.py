import pytest
from starlette.types import Message, Receive, Scope, Send

from crossdock_twins.shiphero.folding import FoldSlashes


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("//auth/refresh", "/auth/refresh"),
        ("/auth//token/", "/auth/token"),
        ("/graphql/", "/graphql"),
        ("/graphql", "/graphql"),
        ("//my-account", "//my-account"),
        ("/my-account/", "/my-account/"),
    ],
)
async def test_only_paths_of_the_api_are_folded(sent: str, seen: str) -> None:
    """Doubled and trailing slashes vanish from the API's paths, and from no others."""
    paths = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        paths.append(scope["path"])

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_message: Message) -> None:
        return

    await FoldSlashes(app)({"type": "http", "path": sent, "raw_path": sent.encode()}, receive, send)

    assert paths == [seen]
