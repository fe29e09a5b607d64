"""The paper of a return label."""

import io

import pytest
import zxingcpp
from PIL import Image

from crossdock_twins.shiphero.returns import paper


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("UPS", "1Z0000000794600007"),
        ("usps", "9400000000000794600007"),
        ("FedEx", "000794600007"),
        ("DHL ", "0794600007"),
        ("Courier Joe", "RMA0794600007"),
    ],
)
def test_a_tracking_number_has_the_carriers_form(carrier: str, number: str) -> None:
    """Carriers that nobody knows get one of the twin's own."""
    assert paper.tracking_number(carrier, 7) == number


@pytest.mark.parametrize("carrier", ["UPS", "USPS", "FedEx", "Ein sehr langer Name \N{SNOWMAN}"])
def test_the_bars_scan_whatever_stands_beside_them(carrier: str) -> None:
    """Long texts and letters that the font lacks do no harm, and the same label is the same file."""
    tracking = paper.tracking_number(carrier, 12)
    address = {"name": "Zoë \N{SNOWMAN} " * 20, "city": None, "zip": 12345}

    drawn = [
        paper.draw(carrier=carrier, method="x" * 90, tracking=tracking, sender=address, receiver={}, reference="RMA 1")
        for _ in range(2)
    ]

    image = Image.open(io.BytesIO(paper.picture(drawn[0])))
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [tracking]
    assert drawn[0] == drawn[1]
