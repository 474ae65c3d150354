"""Who is asking: agency, user, role and area, as the signed-in session knows them."""

from __future__ import annotations

from bnl.domain.base import Noun
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.vocabulary import Role


class Actor(Noun):
    """Somebody acting for an agency; taken from the sign-in, never from a call.

    Args:
        agency_id: The agency acted for.
        user_id: Opaque id; the name behind it stays with the agency.
        role: What the user does there.
        area: District the user works in; None if none is known, which matches only permits for any area.
    """

    agency_id: AgencyId
    user_id: UserId
    role: Role
    area: str | None = None
