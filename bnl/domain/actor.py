"""Who is asking: agency, user, role and area, as the signed-in session knows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bnl.domain.base import Noun
from bnl.domain.identifiers import AGENCY_GRAMMAR, USER_GRAMMAR, AgencyId, UserId
from bnl.domain.vocabulary import Role


class Actor(Noun):
    """Somebody acting for an agency; taken from the sign-in, never from a call.

    Args:
        agency_id: The agency acted for.
        user_id: Opaque id; the name behind it stays with the agency.
        role: What the user does there.
        area: District the user works in; None if none is known, which matches only permits for any area.
    """

    agency_id: Annotated[AgencyId, Field(pattern=AGENCY_GRAMMAR)]
    user_id: Annotated[UserId, Field(pattern=USER_GRAMMAR)]
    role: Role
    area: str | None = None
