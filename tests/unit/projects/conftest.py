from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crossdock.audit.trail import Trail
from crossdock.db.pool import Database
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.ids import Ids
from crossdock.projects.model import Project
from crossdock.projects.service import Projects


@pytest.fixture
def projects(database: Database, clock: OffsetClock, ids: Ids) -> Projects:
    return Projects(db=database, clock=clock, ids=ids, trail=Trail(clock))


@pytest_asyncio.fixture
async def project(projects: Projects) -> AsyncIterator[Project]:
    yield await projects.create_project(name="One")
