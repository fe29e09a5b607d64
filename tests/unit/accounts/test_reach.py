from __future__ import annotations

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


def test_a_change_drops_every_list() -> None:
    """Nobody knows which lists an account has just come into."""
    cache = ReachCache()
    for project_id in ("proj_a", "proj_b"):
        cache.put(project_id=project_id, query=ALL, accounts=(), epoch=cache.epoch, now=0.0)

    cache.drop()

    assert [cache.find(project_id=one, query=ALL, now=0.0) for one in ("proj_a", "proj_b")] == [None, None]


def test_a_list_that_was_overtaken_by_a_change_is_not_kept() -> None:
    """What was being read while an account changed may be the old state."""
    cache = ReachCache()
    before = cache.epoch
    cache.drop()

    cache.put(project_id="proj_a", query=ALL, accounts=(), epoch=before, now=0.0)

    assert cache.find(project_id="proj_a", query=ALL, now=0.0) is None


def test_only_so_many_lists_are_kept() -> None:
    """A program that asks for ever new owners does not fill the memory."""
    cache = ReachCache()

    for number in range(1500):
        cache.put(project_id="p", query=AccountQuery(origin_owner_ids=(str(number),)), accounts=(), epoch=0, now=0.0)

    assert len(cache.known) <= 1000
