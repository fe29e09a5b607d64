"""Cycle counts being made: a batch is queued, gets its items, and can be counted, as the twin's clock goes on."""

import json
from datetime import timedelta

from crossdock_twins.base import agenda
from crossdock_twins.base.agenda import Due
from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.cycle_counts import selection, store
from crossdock_twins.shiphero.state import State

START, FINISH = "cycle_count.start", "cycle_count.finish"
STARTS_AFTER, TAKES = timedelta(seconds=1), timedelta(seconds=2)


def start(state: State, due: Due) -> None:
    """Begin to look for the items of a batch."""
    store.set_queue(state.store, int(due.key), store.CREATING, at=dates.text_of(due.at))
    agenda.add(state.store, FINISH, due=due.at + TAKES, key=due.key, detail={})


def finish(state: State, due: Due) -> None:
    """Put the items in; a batch that finds nothing to count is an error."""
    count, at = store.row(state.store, int(due.key)), dates.text_of(due.at)
    if count is None:
        return
    asked = json.loads(count["body"])
    found = store.places(state.store, selection.places(state, count, asked), sort_by=asked.get("sort_by") or "")
    most = asked.get("max_items") or len(found)
    store.fill(state.store, count["id"], found[:most])
    store.set_queue(state.store, count["id"], store.READY if found else store.ERROR, at=at)


AGENDA = {START: start, FINISH: finish}
