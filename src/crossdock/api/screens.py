"""Screening of a call's result, as the project has it and as the call asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crossdock.actions.screening import Plan, Wish, plan
from crossdock.api.context import ApiContext
from crossdock.api.wire import RpcRequest
from crossdock.connectors.replies import ActionResult
from crossdock.kernel.errors import CrossdockError
from crossdock.projects.model import Principal


@dataclass(frozen=True, slots=True)
class Screen:
    """How what one call brings is looked over; without a plan, not at all."""

    plan: Plan | None

    async def result(self, result: ActionResult) -> tuple[ActionResult, dict[str, Any]]:
        """Return a result as it may be handed on, and the answer's ``defender`` member where it was looked over."""
        if self.plan is None:
            return result, {}
        shown, finding = await self.plan.done(result)
        return shown, {"defender": finding.told(is_blocked=self.plan.block and finding.is_risky)}

    async def refused(self, error: CrossdockError) -> None:
        """Take a provider's words out of an error where they may not be handed on."""
        if self.plan is not None and self.plan.block and error.detail.get("provider_errors"):
            error.detail, _ = await self.plan.refused(error.detail)


async def screen(*, context: ApiContext, principal: Principal, asked: RpcRequest | None = None) -> Screen:
    """Return how a call's answer is looked over: as the project has it, and as the call asks for besides."""
    rules = await context.projects.screening.of(project_id=principal.project_id)
    wish = Wish() if asked is None else _wish(asked)
    return Screen(plan(screening=rules, is_agent=principal.grant is not None, wish=wish))


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
