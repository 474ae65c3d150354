"""Agreement files read back: what each agency and role would see, what is void, what a version changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bnl.consent.agreement_check import Change, VoidPart, compare, void_parts
from bnl.consent.agreement_file import parse_agreement
from bnl.consent.policy import compile_policy
from bnl.consent.survey import Reach, matrix
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.identifiers import AgencyId, ClauseId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, AgencyKind, LawfulBasis
from bnl.errors import InputError
from bnl.exchange.directory import county_directory
from bnl.register.agencies_file import load_agencies
from bnl.register.journal import REGISTER_ACTOR

__all__ = ["AgreementCheck", "Reach", "check_agreement", "read_agreement"]


class AgreementCheck(NamedTuple):
    """What an agreement file says, read back by the machine.

    Args:
        agreement: The agreement.
        at: For which instant (UTC).
        unknown: Parties of which nothing is known: no lawful basis is open to them, so that they see nothing.
        void: What clauses name without effect.
        wide: Clauses that let everybody of an agency, whatever their role, see of others without asking.
        reaches: What each agency and role would see, by purpose and action.
        changes: What changes for whom from this version to the other; empty without another.
        other: The other version, if one was given.
    """

    agreement: Agreement
    at: datetime
    unknown: tuple[AgencyId, ...]
    void: tuple[VoidPart, ...]
    wide: tuple[ClauseId, ...]
    reaches: tuple[Reach, ...]
    changes: tuple[Change, ...] = ()
    other: Agreement | None = None

    @property
    def sound(self) -> bool:
        """Whether everything it names has effect."""
        return not self.unknown and not self.void


def check_agreement(
    file: str | Path, other: str | Path | None, agencies: str | Path | None, now: datetime
) -> AgreementCheck:
    """Read an agreement file back.

    Args:
        file: The agreement.
        other: Another version of it, to be compared.
        agencies: A TOML file of agencies; the county's directory if not given.
        now: The present instant (UTC); an agreement that begins later is checked for its first instant.

    Returns:
        What it would let whom see.

    Raises:
        InputError: A file cannot be read.
        InvalidValue: The agreement says something that an agreement cannot say; the text says where.
    """
    first = read_agreement(file, now)
    second = None if other is None else read_agreement(other, now)
    at = max([now, first.valid_from, *([] if second is None else [second.valid_from])])
    known = _agencies(agencies)
    asked = second or first
    parties = {a: known[a] for a in sorted(asked.parties | first.parties) if a in known}
    policy = compile_policy([asked], parties)
    return AgreementCheck(
        agreement=first,
        at=at,
        unknown=tuple(sorted(asked.parties - parties.keys())),
        void=void_parts(policy, at),
        wide=tuple(clause.clause_id for clause in asked.clauses if _is_wide(clause)),
        reaches=matrix(policy, at),
        changes=() if second is None else compare([first], [second], policy, at),
        other=second,
    )


def _is_wide(clause: Clause) -> bool:
    """Tell whether a clause opens others' records to any role; what is received is viewed in none."""
    standing = clause.basis is not LawfulBasis.CONSENT and not clause.received_only
    views = clause.actions is ANY or Action.VIEW in clause.actions
    return standing and views and clause.roles is ANY


def read_agreement(file: str | Path, now: datetime) -> Agreement:
    """Read an agreement file.

    Raises:
        InputError: It cannot be read.
        InvalidValue: It says something that an agreement cannot say.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        advice = "Give the path of a TOML file in UTF-8."
        raise InputError("The agreement cannot be read.", advice, file=path.name) from error
    return parse_agreement(text, recorded_at=now)


def _agencies(file: str | Path | None) -> Mapping[AgencyId, Agency]:
    found: Iterable[Agency] = county_directory().agencies if file is None else load_agencies(file)
    itself = Agency(
        agency_id=REGISTER_ACTOR.agency_id, name="The register itself", kind=AgencyKind.LOCAL_AUTHORITY
    )
    return {itself.agency_id: itself} | {agency.agency_id: agency for agency in found}
