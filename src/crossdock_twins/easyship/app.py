"""The Easyship twin's two apps: production, with the dashboard and partner OAuth, and the sandbox."""

from starlette.types import ASGIApp

from crossdock_twins.base.assemble import assemble
from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.gate import plain_reply
from crossdock_twins.base.hosts import TwinUrls
from crossdock_twins.base.store import Store
from crossdock_twins.easyship import seeds
from crossdock_twins.easyship.desk import open_desk
from crossdock_twins.easyship.parts import QUIET_PATHS
from crossdock_twins.easyship.state import Environment

SIGN_IN = seeds.OWNER


def build(*, store: Store, clock: TwinClock, environment: Environment, urls: TwinUrls) -> ASGIApp:
    """Give the app of one host; both hosts share the store and the clock."""
    desk = open_desk(store=store, clock=clock, urls=urls)
    return assemble(
        parts=desk.control, routes=desk.routes(environment), reply=plain_reply, quiet=QUIET_PATHS, handlers={}
    )
