"""Which papers a shipment has, and how they are wanted."""

from typing import Any

import pytest

from crossdock_twins.easyship.documents.papers import Printing, papers, printing
from crossdock_twins.easyship.documents.sheet import fitting, pdf, png, printable


def _answer(**members: Any) -> dict[str, Any]:
    address = {"country_alpha2": "US"}
    known = {"courier_service": {"umbrella_name": "UPS"}, "origin_address": address, "destination_address": address}
    return {**known, "parcels": [{"items": [{}]}], **members}


def _wanting(**options: str) -> dict[str, Any]:
    return {"shipping_settings": {"printing_options": options}}


def test_without_options_papers_are_large_links() -> None:
    """So a live purchase was answered."""
    assert printing({}) == Printing(format="url", label="a4", commercial_invoice="a4", packing_slip="a4")


def test_with_options_the_others_are_as_documented() -> None:
    """Pictures of four by six inches, the invoice on A4."""
    wanted = printing(_wanting(remarks="Fragile"))

    assert wanted == Printing(format="png", label="4x6", commercial_invoice="a4", packing_slip="4x6", remarks="Fragile")
    assert printing(_wanting(packing_slip="none")).packing_slip is None


@pytest.mark.parametrize(
    ("members", "categories"),
    [
        ({}, ["label", "packing_slip"]),
        ({"destination_address": {"country_alpha2": "CA"}}, ["label", "commercial_invoice", "packing_slip"]),
        ({"parcels": [{"items": [{"contains_battery_pi966": True}]}]}, ["label", "packing_slip", "battery_form"]),
    ],
)
def test_what_is_inside_and_where_it_goes_decide(members: dict[str, Any], categories: list[str]) -> None:
    """Customs want an invoice, and batteries a form."""
    assert [paper.category for paper in papers(_answer(**members), {}, printing({}))] == categories


def test_inside_a_customs_union_there_is_no_invoice() -> None:
    """France and Germany have no border between them."""
    ends = {"origin_address": {"country_alpha2": "FR"}, "destination_address": {"country_alpha2": "DE"}}

    assert "commercial_invoice" not in [paper.category for paper in papers(_answer(**ends), {}, printing({}))]


def test_words_are_written_in_letters_that_the_printer_has() -> None:
    """Western letters stay, others are transliterated, and what cannot be is a question mark."""
    assert printable("Žižka Łódź München Δελφοί Київ 東\n") == "Žižka Lódz München Delfoi Kiyiv ? "


def test_long_words_are_cut_to_their_room() -> None:
    """Without a room they stay whole."""
    short = fitting("A" * 200, font="Helvetica", size=8, room=50)

    assert 5 < len(short) < 12
    assert fitting("A" * 200, font="Helvetica", size=8, room=0) == "A" * 200


def test_codes_that_do_not_fit_are_left_out() -> None:
    """A value beyond what a scanner could read in so little room draws nothing, and breaks nothing."""
    page = pdf([lambda sheet: sheet.code128(0, 0, 100, 20, "X" * 90)], "4x6", title="t")

    assert page == pdf([lambda sheet: sheet.code128(0, 0, 100, 20, "Ø")], "4x6", title="t")
    assert png(page).startswith(b"\x89PNG")
