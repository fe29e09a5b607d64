from collections.abc import Iterator

import pytest

from crossdock_twins.base.faults import FaultBook, FaultKind, parse_kind
from crossdock_twins.base.store import Store


@pytest.fixture
def book() -> Iterator[FaultBook]:
    store = Store(None)
    yield FaultBook(store)
    store.close()


def _hits(book: FaultBook, count: int, *, method: str = "GET", path: str = "/a/b") -> list[bool]:
    return [book.match(method=method, path=path) is not None for _ in range(count)]


def test_a_fault_counts_down(book: FaultBook) -> None:
    """A fault with `times` is gone after as many hits."""
    book.add(kind=FaultKind.SLOW, times=2)

    hits = _hits(book, 4)

    assert hits == [True, True, False, False]
    assert book.all() == []


def test_a_fault_hits_every_nth_request(book: FaultBook) -> None:
    """With `every` three, the third, sixth and ninth request meet it."""
    book.add(kind=FaultKind.SLOW, every=3)

    assert _hits(book, 7) == [False, False, True, False, False, True, False]


def test_a_fault_knows_its_paths_and_methods(book: FaultBook) -> None:
    """Other paths and other methods pass, and do not count."""
    book.add(kind=FaultKind.UNAUTHORIZED, paths="/a/*", methods=["post"])

    met = [
        _hits(book, 1, method="POST", path="/a/b/c")[0],
        _hits(book, 1, method="GET", path="/a/b/c")[0],
        _hits(book, 1, method="POST", path="/b")[0],
    ]

    assert met == [True, False, False]


def test_the_first_fault_that_hits_wins(book: FaultBook) -> None:
    """Faults are tried in the order in which they were added; one that is off is not met."""
    first = book.add(kind=FaultKind.SLOW, times=1)
    second = book.add(kind=FaultKind.HTML)

    met = [book.match(method="GET", path="/") for _ in range(2)]
    book.remove(second.id)

    assert [fault and fault.id for fault in met] == [first.id, second.id]
    assert book.match(method="GET", path="/") is None
    assert not book.remove(second.id)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("401", FaultKind.UNAUTHORIZED),
        ("403", FaultKind.FORBIDDEN),
        ("429", FaultKind.RATE_LIMITED),
        ("500", FaultKind.SERVER_ERROR),
        ("cut", FaultKind.CUT_OFF),
        ("html", FaultKind.HTML),
        ("slow", FaultKind.SLOW),
    ],
)
def test_kinds_have_short_names(text: str, kind: FaultKind) -> None:
    """A kind is known by its status or its short name."""
    assert parse_kind(text) is kind


def test_senseless_faults_are_refused(book: FaultBook) -> None:
    """A wrong kind or figure is refused with what would be right."""
    with pytest.raises(ValueError, match="one of: unauthorized"):
        parse_kind("418")
    for figures in ({"every": 0}, {"times": 0}, {"delay": -1.0}, {"delay": 601.0}, {"status": 99}):
        with pytest.raises(ValueError, match=r"\."):
            book.add(kind=FaultKind.SLOW, **figures)

    assert book.all() == []


def test_faults_of_labels_meet_no_request(book: FaultBook) -> None:
    """They strike where a label is made, for the shipments that their glob names, as often as they say."""
    book.add(kind=FaultKind.LABEL_FAILED, paths="*/ESUS1", times=1)

    assert book.match(method="GET", path="/2024-09/shipments/ESUS1") is None
    assert not book.strikes(FaultKind.VOID_FAILED, path="/2024-09/shipments/ESUS1")
    assert not book.strikes(FaultKind.LABEL_FAILED, path="/2024-09/shipments/ESUS2")
    assert book.strikes(FaultKind.LABEL_FAILED, path="/2024-09/shipments/ESUS1")
    assert not book.strikes(FaultKind.LABEL_FAILED, path="/2024-09/shipments/ESUS1")
