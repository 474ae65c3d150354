"""The reports page: figures of the whole county, small numbers suppressed, as tables with bars."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from bnl.register.clock import civil_day, system_clock
from bnl.web.desk import Desk, day_of

YEAR, MOST_MONTHS = 12, 60


def report_pages(desk: Desk) -> APIRouter:
    """Make the pages of figures."""
    router = APIRouter()

    @router.get("/reports")
    def reports(
        request: Request,
        months: Annotated[int, Query(ge=1, le=MOST_MONTHS)] = YEAR,
        as_of: str = "",
    ) -> HTMLResponse:
        day = day_of(as_of) or civil_day(system_clock())
        figures = desk.register.county_figures(by=desk.actor(request), as_of=day, months=months)
        flows = figures.flows.to_dicts()
        held = figures.records_per_person.to_dicts()
        counts = [row[name] or 0 for row in flows for name in ("inflow", "outflow")]
        return desk.page(
            request,
            "reports.html",
            figures=figures,
            flows=flows,
            held=held,
            months=months,
            most_flow=max(counts, default=0) or 1,
            most_held=max((row["people"] or 0 for row in held), default=0) or 1,
        )

    return router
