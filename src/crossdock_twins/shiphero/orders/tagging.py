"""The tags of orders, in the order in which they were put on."""

from collections.abc import Iterable

from crossdock_twins.base.store import Store


def tidy(tags: Iterable[str | None]) -> list[str]:
    """Give tags without outer blanks, empty ones and repetitions."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag and tag.strip()))


def add(store: Store, order_id: int, tags: Iterable[str | None]) -> None:
    """Put tags on an order; those that it has already stay single."""
    for tag in tidy(tags):
        store.execute(
            "INSERT OR IGNORE INTO order_tags (order_id, tag, place) VALUES (?, ?,"
            " (SELECT coalesce(max(place) + 1, 0) FROM order_tags WHERE order_id = ?))",
            *(order_id, tag, order_id),
        )


def remove(store: Store, order_id: int, tags: Iterable[str | None]) -> None:
    """Take tags off an order."""
    for tag in tidy(tags):
        store.execute("DELETE FROM order_tags WHERE order_id = ? AND tag = ?", order_id, tag)


def replace(store: Store, order_id: int, tags: Iterable[str | None]) -> None:
    """Give an order these tags and no others."""
    store.execute("DELETE FROM order_tags WHERE order_id = ?", order_id)
    add(store, order_id, tags)
