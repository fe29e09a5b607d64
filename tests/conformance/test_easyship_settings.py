"""The Easyship twin's settings and images over HTTP."""

from typing import Any

import pytest

from conformance.easyship_client import ERRORS_LINK, Client, client, error
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin, Reply, fetch

_PLACE = "/2024-09/account/assets"
_PNG = b"\x89PNG\r\n\x1a\n-and-so-on"
_JPEG = b"\xff\xd8\xff\xe0-and-so-on"


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _upload(caller: Client, *, kind: str = "logo", content: bytes = _PNG, name: str | None = "Harbour") -> Reply:
    fields = {"type": kind} if name is None else {"type": kind, "name": name}
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + b"\r\n--edge--\r\n"
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "multipart/form-data; boundary=edge"}
    return fetch(f"{caller.base}{_PLACE}", method="POST", headers=headers, body=body)


def _asset(reply: Reply) -> dict[str, Any]:
    assert reply.status == 201, reply.text()
    (asset,) = fitting(reply, "assets_create")["assets"]
    return dict(asset)


def test_settings_have_defaults_and_change_member_by_member(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """What is not named stays; the sandbox has its own."""
    before = fitting(caller.ask("GET", "/2024-09/account/settings"), "settings_index")["setting"]
    change = {
        "tracking_page": {
            "button": {"text_color": "#000"},
            "advertising": {"title": "Buy Now", "url": "https://a.example"},
        }
    }

    changed = fitting(caller.ask("POST", "/2024-09/account/settings", change), "settings_update")["setting"]
    cleared = caller.ask("POST", "/2024-09/account/settings", {"tracking_page": {"advertising": None}}).json()[
        "setting"
    ]
    other = client(easyship_twin, environment="sandbox").ask("GET", "/2024-09/account/settings").json()["setting"]

    assert before["tracking_page"]["button"] == {"background_color": "#50D4A4", "text_color": "#FFFFFF"}
    assert changed["tracking_page"]["button"] == {"background_color": "#50D4A4", "text_color": "#000"}
    assert changed["tracking_page"]["advertising"] == {"title": "Buy Now", "url": "https://a.example"}
    assert changed["tracking_email"] == before["tracking_email"]
    assert (cleared["tracking_page"]["advertising"], cleared["tracking_page"]["button"]["text_color"]) == (None, "#000")
    assert other == before


@pytest.mark.parametrize(
    "change",
    [
        {"tracking_page": {"button": {"text_color": "red"}}},
        {"tracking_email": {"footnote": "x" * 351}},
        {"tracking_email": {"advertising": {"title": "Buy Now"}}},
        {"language": "en"},
    ],
)
def test_settings_that_do_not_fit_are_refused(caller: Client, change: dict[str, Any]) -> None:
    """By the first check, which tells one thing."""
    reply = caller.ask("POST", "/2024-09/account/settings", change)

    assert reply.status == 422
    assert error(reply)["details"][0] == "The request does not comply with the OpenAPI Specification."


def test_an_advertisement_leads_somewhere(caller: Client) -> None:
    """Its address must be one."""
    change = {"tracking_page": {"advertising": {"title": "Buy Now", "url": "somewhere"}}}

    reply = caller.ask("POST", "/2024-09/account/settings", change)

    assert (reply.status, error(reply)["details"]) == (422, ["Tracking page advertising url is invalid"])


def test_an_image_is_uploaded_and_served_to_anybody(caller: Client) -> None:
    """Its address is absolute and opens without a token."""
    asset = _asset(_upload(caller))

    served = fetch(asset["url"])

    assert (asset["name"], asset["type"]) == ("Harbour", "logo")
    assert (served.status, served.headers["content-type"], served.body) == (200, "image/png", _PNG)
    listed = fitting(caller.ask("GET", _PLACE), "assets_index")
    assert (listed["assets"], listed["meta"]["pagination"]["count"]) == ([asset], 1)


def test_images_are_renamed_switched_and_removed(caller: Client) -> None:
    """Removed, an image is neither found nor served."""
    asset = _asset(_upload(caller, content=_JPEG, name=None))
    path = f"{_PLACE}/{asset['id']}"

    renamed = fitting(caller.ask("PATCH", path, {"name": "Pine"}), "assets_update")["asset"]
    off = fitting(caller.ask("POST", f"{path}/deactivate"), "asset_deactivate_create")["success"]
    on = fitting(caller.ask("POST", f"{path}/activate"), "asset_activate_create")["success"]
    gone, again = caller.ask("DELETE", path), caller.ask("DELETE", path)

    assert (asset["name"], renamed["name"]) == (None, "Pine")
    assert (off["message"], on["message"]) == ("Asset successfully deactivated", "Asset successfully activated")
    assert fitting(gone, "assets_delete")["success"] == {"message": "Asset successfully deleted"}
    assert (again.status, error(again)["details"], fetch(asset["url"]).status) == (
        404,
        ["The Asset was not found"],
        404,
    )


def test_a_sixth_image_of_a_type_is_refused(caller: Client) -> None:
    """400, in the words of the documentation; another type has room of its own."""
    for _ in range(5):
        _asset(_upload(caller))

    sixth, other = _upload(caller), _upload(caller, kind="tracking_page_ad")

    assert (sixth.status, other.status) == (400, 201)
    assert error(sixth) == {
        "code": "invalid_request",
        "details": ["Store up to five assets for each type at most. Remove existing assets before uploading new ones."],
        "links": [
            ERRORS_LINK,
            {
                "kind": "documentation",
                "name": "Create an Asset",
                "url": "https://developers.easyship.com/reference/assets_create",
            },
        ],
        "message": "The request body is malformed or not valid.",
        "type": "invalid_request_error",
    }


def test_what_is_no_image_is_refused(caller: Client) -> None:
    """A text is, and so is a form without a file."""
    text = _upload(caller, content=b"hello")
    bare = caller.ask("POST", _PLACE, {"type": "logo"})

    assert (text.status, error(text)["details"]) == (400, ["File must be a png or jpeg image"])
    assert error(bare)["details"][1] == "#/components/schemas/AssetCreate missing required parameters: type, file"
