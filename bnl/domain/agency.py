"""Agencies: who speaks in the register, and who is spoken of as a source."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from bnl.domain.base import Noun
from bnl.domain.identifiers import AGENCY_GRAMMAR, AgencyId
from bnl.domain.vocabulary import AgencyKind


def _refuse_any(agency_id: AgencyId) -> AgencyId:
    if agency_id == "any":
        raise ValueError("any stands for every agency and can be the id of none")
    return agency_id


class Agency(Noun):
    """An organisation, or a source that is none (self, landlord, friends and family).

    Args:
        agency_id: Short stable identifier chosen by the county, such as ``oxford-city-council``.
        name: Canonical name.
        kind: What it is; lawful bases are tested against it.
        place: Town, district or county it serves; empty if everywhere.
        parent: The agency it is part of, if any.
        aliases: Other names and acronyms it is known by.
        specified_body: Whether the duty to refer binds it (SI 2018/223, as amended).
        housing_authority: Whether it is a local housing authority in England.
        local_by_default: Whether its records exist for itself alone unless it says otherwise.
        one_record_per_person: Whether two of its open records may never be one person.
    """

    agency_id: Annotated[AgencyId, Field(pattern=AGENCY_GRAMMAR), AfterValidator(_refuse_any)]
    name: str
    kind: AgencyKind
    place: str = ""
    parent: AgencyId | None = None
    aliases: tuple[str, ...] = ()
    specified_body: bool = False
    housing_authority: bool = False
    local_by_default: bool = False
    one_record_per_person: bool = False
