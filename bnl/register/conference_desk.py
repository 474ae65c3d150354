"""The desk of work together: who comes first, whom to talk about, which agency is meant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bnl.domain.actor import Actor
from bnl.exchange.directory import Resolution
from bnl.indicators.history import Known
from bnl.indicators.priority import COUNTY_FACTORS, FactorSet
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.register import agency_names, attributes, ranking
from bnl.register import agenda as agendas
from bnl.register.agency_names import UnresolvedName
from bnl.register.agenda import Agenda
from bnl.register.attributes import AttributeCounts
from bnl.register.desk import Desk, audited
from bnl.register.ranking import Ranking


class ConferenceDesk(Desk):
    """Calls for meetings: an explained order, an agenda for those in the room, names of agencies."""

    @audited
    def priority(
        self,
        as_of: date | None = None,
        *,
        factors: FactorSet = COUNTY_FACTORS,
        attribute: str = "ethnicity",
        first: int = 10,
        rules: StatusRules = COUNTY,
    ) -> Ranking:
        """Put the people on the list in order, each place explained, with an equity table beside it.

        Args:
            as_of: The day; today if not given.
            factors: Factors and weights: `bnl.indicators.priority.COUNTY_FACTORS`, or others.
            attribute: What the equity table is by.
            first: How many places count as first.
            rules: Which states count as what.

        Raises:
            Denied: The purpose is statistics: an order names people.
            InvalidValue: The attribute is none that people may be broken down by.
        """
        return ranking.rank_people(
            self._core, self.actor, self.purpose, as_of, factors, attribute, first, rules
        )

    @audited
    def by_attribute(
        self,
        attribute: str,
        as_of: date | None = None,
        *,
        known_as_of: Known = None,
        rules: StatusRules = COUNTY,
    ) -> AttributeCounts:
        """Count who is active on a day by an attribute such as ``ethnicity``, small numbers suppressed."""
        return attributes.by_attribute(
            self._core, self.actor, self.purpose, attribute, as_of, known_as_of, rules
        )

    @audited
    def agenda(
        self,
        group: Iterable[Actor],
        as_of: date | None = None,
        *,
        since: date | None = None,
        rules: StatusRules = COUNTY,
    ) -> Agenda:
        """Show whom the people in a room should talk about, and why, from what all of them may see.

        Args:
            group: The others in the room, as the embedding tool knows them.
            as_of: The day; today if not given.
            since: From which day on something is new; 28 days before if not given.
            rules: Which states count as what.

        Raises:
            Denied: Somebody in the room acts as the register itself, or the purpose is no purpose of a room.
            NotFound: An agency in the room is not enrolled.
        """
        return agendas.agenda(self._core, self.actor, self.purpose, group, as_of, since, rules)

    @audited
    def resolve_agency(self, text: str) -> Resolution:
        """Tell which agency a text means: an enrolled one, or one of the county's directory.

        Args:
            text: What somebody wrote for an agency.

        Returns:
            The agency, or the candidates a person may choose from, and why; likeness alone never decides.
        """
        return agency_names.resolve_name(self._core, self.actor, self.purpose, text)

    @audited
    def agency_queue(self) -> list[UnresolvedName]:
        """Show the texts in events that stand for an agency and of which only a person can tell which.

        Raises:
            Denied: The purpose is statistics: a landlord's name may be a person's.
        """
        return agency_names.unresolved_names(self._core, self.actor, self.purpose)
