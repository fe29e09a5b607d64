import pytest

from crossdock_twins.shiphero.syncs import sheet
from crossdock_twins.shiphero.syncs.store import Line


def test_columns_may_stand_in_any_order_under_any_of_their_names() -> None:
    """Names are compared without case and blanks; what is missing is empty."""
    lines = sheet.read("\ufeffQty, Product SKU ,bin\n4, A-1 ,Z-01\n\n5,A-2\n")

    assert lines == [
        Line(sku="A-1", quantity="4", action="", reason="", location="Z-01"),
        Line(sku="A-2", quantity="5", action="", reason="", location=""),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("\n \n", "The file is empty"),
        ("sku,quantity", "The file has no rows below its header"),
        ("a,b\n1,2", "The file has no column sku and no column quantity"),
        ('sku,quantity\n"' + "x" * 200_000, "The file is not valid CSV"),
    ],
)
def test_what_is_no_sheet_is_said(text: str, words: str) -> None:
    """Each refusal says what is wrong with the file."""
    with pytest.raises(sheet.SheetError, match=words):
        sheet.read(text)


def test_a_sheet_has_an_end() -> None:
    """More rows than one sync does are refused."""
    with pytest.raises(sheet.SheetError, match="more than 50000 rows"):
        sheet.read("sku,quantity\n" + "A,1\n" * (sheet.MOST_LINES + 1))


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("-7", -7), ("+07", 7), ("7.0", None), ("²", None), ("", None)])
def test_whole_numbers_are_read(text: str, number: int | None) -> None:
    """Only digits with a sign make a number."""
    assert sheet.whole(text) == number
