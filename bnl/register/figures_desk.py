"""The desk of figures: flows, indicators, reports and published returns, for one actor and purpose."""

from __future__ import annotations

from datetime import date

from bnl.indicators.history import Known
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.register import flow_figures, kpi_figures, publication, reports
from bnl.register.desk import Desk, audited
from bnl.register.flow_figures import FlowFigures, MonthlyFlows
from bnl.register.kept_returns import PublishedReturn
from bnl.register.kpi_figures import IndicatorSet, Wanted
from bnl.register.publication import Comparison, Remade
from bnl.register.reports import TableReport
from bnl.register.shown import ShownFigure


class FiguresDesk(Desk):
    """Calls that answer in figures.

    For the purpose statistics everything in the register counts, small numbers are suppressed and nobody is
    named; for stewardship everything counts, exactly; for any other purpose only events the actor may see
    count. Who stands behind a figure is told by handle, as far as the actor may know of them.
    """

    @audited
    def flows(
        self, start: date, end: date, *, known_as_of: Known = None, rules: StatusRules = COUNTY
    ) -> FlowFigures:
        """Show who became active in a period and who ceased to be, in people, households and cases.

        Args:
            start: First day.
            end: Last day, included.
            known_as_of: Only what was known then: an instant (UTC) or a log position.
            rules: Which states count as what.

        Raises:
            Denied: The agreement does not let the actor.
            InvalidValue: The period ends before it starts.
        """
        return flow_figures.flows(self._core, self.actor, self.purpose, start, end, known_as_of, rules)

    @audited
    def monthly_flows(
        self,
        as_of: date | None = None,
        *,
        months: int = 12,
        known_as_of: Known = None,
        rules: StatusRules = COUNTY,
    ) -> MonthlyFlows:
        """Show the flows of consecutive months, the last of them counted up to a day.

        Args:
            as_of: Last day counted; today if not given.
            months: How many months, from 1 to 600.
            known_as_of: Only what was known then.
            rules: Which states count as what.
        """
        return flow_figures.monthly_flows(
            self._core, self.actor, self.purpose, as_of, months, known_as_of, rules
        )

    @audited
    def kpis(
        self,
        start: date,
        end: date,
        *names: str,
        which: IndicatorSet = IndicatorSet.CONTRACT,
        rule: str | None = None,
        agencies: tuple[str, ...] | None = None,
        as_of: date | None = None,
        night: date | None = None,
        area: str | None = None,
        known_as_of: Known = None,
    ) -> list[ShownFigure]:
        """Show indicators with numerator, denominator, unknown and exclusions, everybody by handle.

        Args:
            start: First day.
            end: Last day, included. England's rough-sleeping indicators take its month, CHAIN the twelve
                months from the first day.
            names: Which indicators of the set; all if none is named.
            which: The set: the contract's, England's rough sleeping, CHAIN, or HUD's returns.
            rule: Name of a contract rule; each indicator's default if not given.
            agencies: Only cases of these agencies.
            as_of: Last day looked at for returns to homelessness; today if not given.
            night: Night of the single-night count.
            area: Only sightings in this area.
            known_as_of: Only what was known then.

        Raises:
            Denied: The agreement does not let the actor.
            InvalidValue: There is no such indicator, or the period is none.
        """
        wanted = Wanted(start, end, names, rule, agencies, as_of, night, area)
        return kpi_figures.indicators(self._core, self.actor, self.purpose, which, wanted, known_as_of)

    @audited
    def report(
        self,
        name: str,
        *,
        start: date | None = None,
        end: date | None = None,
        as_of: date | None = None,
        known_as_of: Known = None,
        rules: StatusRules = COUNTY,
    ) -> TableReport:
        """Show a report; `bnl.register.reports.REPORTS` lists them all.

        Args:
            name: Its name, such as ``joins``, ``discharge-watch``, ``caseloads`` or ``duty-to-refer``.
            start: First day of the period; if not given, twelve months up to its end.
            end: Last day; if not given, the day looked at.
            as_of: Day at whose end it is looked at; if not given, the end of the period, or today.
            known_as_of: Only what was known then.
            rules: The status rules.

        Raises:
            Denied: The agreement does not let the actor, or it names people and the purpose is statistics.
            InvalidValue: There is no such report or period.
        """
        return reports.report(
            self._core, self.actor, self.purpose, name, start, end, as_of, known_as_of, rules
        )

    @audited
    def review_pack(self, handle: str, *, months: int = 12) -> TableReport:
        """Show what happened to somebody in the months before their death, for the mortality review.

        Raises:
            NotFound: There is no such person, or not for this actor and purpose.
        """
        return reports.review_pack(self._core, self.actor, self.purpose, handle, months)

    @audited
    def publish_return(self, start: date, end: date, *, rules: StatusRules = COUNTY) -> PublishedReturn:
        """Publish the flow return of a period and keep it; see `bnl.register.publication.publish_return`."""
        return publication.publish_return(self._core, self.actor, self.purpose, start, end, rules)

    @audited
    def published_returns(self) -> list[PublishedReturn]:
        """Show everything published, oldest first."""
        return publication.published_returns(self._core, self.actor, self.purpose)

    @audited
    def remake_return(self, return_id: str) -> Remade:
        """Make a published return again and compare it byte for byte with what was published."""
        return publication.remake_return(self._core, self.actor, self.purpose, return_id)

    @audited
    def compare_returns(self, one: str, other: str) -> Comparison:
        """Explain every difference between two published returns of one period by named events."""
        return publication.compare_returns(self._core, self.actor, self.purpose, one, other)
