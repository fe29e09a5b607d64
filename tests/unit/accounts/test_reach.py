from __future__ import annotations

from random import Random

import pytest

from account_arrangements import made_account
from crossdock.accounts.model import AccountQuery
from crossdock.accounts.reach import SECONDS, ReachCache

ALL = AccountQuery(limit=200)
OWNERS = AccountQuery(origin_owner_ids=("owner-1",), limit=200)


def test_a_list_is_kept_for_half_a_minute() -> None:
    """It is found for the same project and query, and for no other."""
    cache, accounts = ReachCache(), (made_account(),)

    cache.put(project_id="proj_a", query=OWNERS, accounts=accounts, epoch=0, now=100.0)

    assert cache.find(project_id="proj_a", query=OWNERS, now=100.0 + SECONDS - 1) is accounts
    assert cache.find(project_id="proj_a", query=OWNERS, now=100.0 + SECONDS) is None
    assert cache.find(project_id="proj_b", query=OWNERS, now=100.0) is None
    assert cache.find(project_id="proj_a", query=ALL, now=100.0) is None


@pytest.mark.parametrize(("dropped", "left"), [("proj_a", {"proj_b"}), ("", set())])
def test_a_change_drops_every_list_of_its_project(dropped: str, left: set[str]) -> None:
    """Nobody knows which lists an account has just come into; one that names no project may be of any."""
    cache = ReachCache()
    for project_id in ("proj_a", "proj_b"):
        for query in (ALL, OWNERS):
            cache.put(project_id=project_id, query=query, accounts=(), epoch=cache.epoch, now=0.0)

    cache.drop(dropped)

    assert {project_id for project_id, _ in cache.known} == left
    assert len(cache.known) == 2 * len(left)


def test_a_list_that_was_overtaken_by_a_change_is_not_kept() -> None:
    """What was being read while an account changed may be the old state."""
    cache = ReachCache()
    before = cache.epoch
    cache.drop()

    cache.put(project_id="proj_a", query=ALL, accounts=(), epoch=before, now=0.0)

    assert cache.find(project_id="proj_a", query=ALL, now=0.0) is None


def test_a_change_elsewhere_overtakes_nothing() -> None:
    """What was being read while another project changed is kept, unless that was before one of its own."""
    cache = ReachCache()
    before = cache.epoch
    cache.drop("proj_b")

    cache.put(project_id="proj_a", query=ALL, accounts=(), epoch=before, now=0.0)
    cache.put(project_id="proj_b", query=ALL, accounts=(), epoch=before, now=0.0)

    assert list(cache.known) == [("proj_a", ALL)]


def test_what_is_kept_was_read_after_the_last_change() -> None:
    """Over many changes of many projects, in any order, no list is found that began before its project's last one."""
    random, cache = Random(7), ReachCache()  # noqa: S311 - the same order of changes each time
    read: dict[str, int] = {}
    changed: dict[str, int] = {}
    for moment in range(1, 20_000):
        project_id = f"proj_{random.randrange(1200)}"
        match random.randrange(4):
            case 0:
                cache.drop(project_id)
                changed[project_id] = moment
            case 1 if not random.randrange(200):
                cache.drop()
                changed = {f"proj_{number}": moment for number in range(1200)}
            case 2:
                epoch, began = cache.epoch, moment
                if random.random() < 0.3:
                    cache.drop(project_id)
                    changed[project_id] = moment + 1
                if cache.find(project_id=project_id, query=ALL, now=0.0) is None:
                    cache.put(project_id=project_id, query=ALL, accounts=(), epoch=epoch, now=0.0)
                    if cache.find(project_id=project_id, query=ALL, now=0.0) is not None:
                        read[project_id] = began
            case _:
                found = cache.find(project_id=project_id, query=ALL, now=0.0)
                assert found is None or read[project_id] >= changed.get(project_id, 0)

    assert read


def test_only_so_many_lists_are_kept() -> None:
    """A program that asks for ever new owners does not fill the memory."""
    cache = ReachCache()

    for number in range(1500):
        cache.put(project_id="p", query=AccountQuery(origin_owner_ids=(str(number),)), accounts=(), epoch=0, now=0.0)

    assert len(cache.known) <= 1000
