"""Forms with files, and files that come back."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes, policy
from typing import Any

import pytest

from connector_samples import CATALOGUE, reply
from crossdock.connectors import multipart, replies, requests
from crossdock.connectors.replies import File
from crossdock.connectors.requests import ActionInputs
from crossdock.egress.exchange import Request
from crossdock.kernel.errors import UnprocessableError

PICTURE = b"\x89PNG\r\n--cut\x00"


def upload(**file: Any) -> Request:
    connector, action = CATALOGUE.action("easyship_create_asset")
    body = {"type": "logo", "file": {"name": "a.png", "type": "image/png", **file}}
    return requests.action_request(
        connector=connector, action=action, environment=connector.environments[0], inputs=ActionInputs(body=body)
    )


def test_form_carries_values_and_files() -> None:
    """A standard reader of MIME finds every part, the file with its name, its type and its very bytes."""
    request = upload(content=b64encode(PICTURE).decode())

    assert isinstance(request.body, bytes)
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    kind, file = message_from_bytes(head + request.body, policy=policy.default).iter_parts()
    assert kind.get_content().strip() == "logo"
    assert (file.get_filename(), file.get_content_type()) == ("a.png", "image/png")
    assert file.get_payload(decode=True) == PICTURE


def test_name_of_a_file_cannot_break_out_of_its_line() -> None:
    """What could end the header is written as an underscore."""
    body, _ = multipart.form({"file": {"name": 'a"\r\nX: y', "type": "x\r\ny", "content": ""}})

    assert b'filename="a___X_ y"\r\nContent-Type: application/octet-stream\r\n' in body


def test_file_that_is_not_base64_is_named() -> None:
    """The error says which field, and nothing is sent."""
    with pytest.raises(UnprocessableError) as refused:
        upload(content="not base64!")

    assert refused.value.detail["errors"] == [{"field": "body.file.content", "message": "is not base64"}]


def test_file_comes_back_as_a_file() -> None:
    """With its type, its bytes, and the provider's name for it or else the action's."""
    connector, action = CATALOGUE.action("easyship_download_billing_document")
    named = reply(200, b"%PDF-1.7", content_type="application/pdf", content_disposition='inline; filename="IN1.pdf"')
    bare = reply(200, b"%PDF-1.7", content_type="application/pdf")

    result = replies.action_result(connector=connector, action=action, reply=named)
    other = replies.action_result(connector=connector, action=action, reply=bare)

    assert result.file == File("application/pdf", "IN1.pdf", b"%PDF-1.7")
    assert result.data == {"name": "IN1.pdf", "type": "application/pdf", "size": 8, "content": "JVBERi0xLjc="}
    assert other.file is not None
    assert other.file.name == "easyship_download_billing_document.pdf"


def test_second_place_of_a_result_counts_where_the_first_is_empty() -> None:
    """A top-up that waits for a check answers with what has to be done."""
    connector, action = CATALOGUE.action("easyship_create_credit")
    asked = {"action_required": {"code": "require_3ds_validation", "data": {"intent_id": "pi_1"}}}

    result = replies.action_result(connector=connector, action=action, reply=reply(202, asked))

    assert result.data == asked["action_required"]
