"""Screening of a call's result, as the project has it and as the call asks for."""

from __future__ import annotations

from typing import Any

from crossdock.actions.screening import Wish, plan
from crossdock.api.context import ApiContext
from crossdock.api.wire import RpcRequest
from crossdock.connectors.replies import ActionResult
from crossdock.projects.model import Principal


async def screened(
    *, context: ApiContext, principal: Principal, asked: RpcRequest, result: ActionResult
) -> tuple[ActionResult, dict[str, Any]]:
    """Return the result as it may be handed on, and the answer's ``defender`` member where it was looked over."""
    rules = await context.projects.screening.of(project_id=principal.project_id)
    how = plan(screening=rules, is_agent=principal.grant is not None, wish=_wish(asked))
    if how is None:
        return result, {}
    shown, finding = await how.done(result)
    return shown, {"defender": finding.told(is_blocked=how.block and finding.is_risky)}


def _wish(asked: RpcRequest) -> Wish:
    config = asked.defender_config
    if config is None:
        return Wish(enabled=asked.defender_enabled)
    said = (config.enabled, asked.defender_enabled, config.use_tier1_classification or None)
    return Wish(
        enabled=next((one for one in said if one is not None), None),
        block=config.block_high_risk,
        classifier=config.use_tier2_classification,
    )
