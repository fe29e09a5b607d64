"""The composition root: everything is built here, once, and handed on."""

from crossdock.server.ground import KeySource, private_origins
from crossdock.server.house import House, open_house
from crossdock.server.web import build_app
from crossdock.server.work import work

__all__ = ["House", "KeySource", "build_app", "open_house", "private_origins", "work"]
