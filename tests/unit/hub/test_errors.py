from __future__ import annotations

import re

import pytest

from crossdock.connectors.catalogue import Catalogue
from crossdock.connectors.replies import PART
from crossdock.hub import errors
from crossdock.hub.views_dashboard import CatalogueEntryView
from crossdock.kernel.errors import CrossdockError

ENTRIES = list(errors.entries(Catalogue.load()))


def classes(root: type[CrossdockError]) -> list[type[CrossdockError]]:
    return [each for child in root.__subclasses__() for each in (child, *classes(child))]


def test_the_catalogue_knows_every_code() -> None:
    """Each error class of the kernel and each cause of each connector has its entry."""
    codes = {entry.code for entry in ENTRIES}

    wanted = {one.code for one in classes(CrossdockError) if one.__module__ == "crossdock.kernel.errors"}
    wanted -= {CrossdockError.code}
    causes = {cause for connector in Catalogue.load().connectors() for cause in connector.causes}

    assert wanted <= codes
    assert causes <= codes


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.source}-{entry.code}")
def test_each_entry_says_what_to_do(entry: CatalogueEntryView) -> None:
    """Title, explanation and a remedy that is a sentence stand there for people."""
    assert entry.title
    assert entry.explanation.endswith((".", "!", "?"))
    assert re.match(r"[A-Z]", entry.remedy)
    assert entry.remedy.endswith(".")
    assert 400 <= entry.status < 600 or entry.code == PART
