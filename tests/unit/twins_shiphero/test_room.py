from crossdock_twins.shiphero.room import with_room


def _depth(levels: int) -> int:
    return 0 if levels == 0 else 1 + _depth(levels - 1)


def test_deep_work_gives_its_result() -> None:
    """What is done with room is what was asked for."""
    assert with_room(lambda: _depth(200)) == 200
