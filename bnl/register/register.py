"""The register: one object to open, and sessions to work through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import polars as pl

from bnl.audit.report import Report
from bnl.consent.agreement_file import parse_agreement
from bnl.crypto.keyring import Keyring
from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.vocabulary import Action, AgencyKind, Purpose, Role
from bnl.errors import Denied, InputError, InvalidValue, NotFound, StorageError
from bnl.register.agenda import Agenda
from bnl.register.clock import Clock, system_clock
from bnl.register.core import Core
from bnl.register.cosigned import Vouched, keep_cosigned, newest_cosigned
from bnl.register.erasure import finish_pending
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.key_sweep import sweep_keys
from bnl.register.keys import open_keyring
from bnl.register.linkage import DedupReport, Outcome, Progress, deduplicate
from bnl.register.quality import LinkQuality, link_quality
from bnl.register.renewal import renew_keys
from bnl.register.reporting import CountyFigures, county_figures
from bnl.register.retention import RetentionPolicy, load_policy
from bnl.register.review import require_linker
from bnl.register.reviews import expire_quarantine
from bnl.register.session import Session
from bnl.register.verification import verify_store
from bnl.register.witnessing import witness_request
from bnl.storage.engine import database_exists
from bnl.storage.store import Store

REGISTER_AGENCY = Agency(
    agency_id=REGISTER_ACTOR.agency_id, name="The register itself", kind=AgencyKind.LOCAL_AUTHORITY
)
"""The register acts in its own name when it links and counts; agreements name it as a party."""

DEFAULT_ORIGIN = "bnl.example/register"


class Health(NamedTuple):
    """Whether the register works; no count of people.

    Args:
        backend: ``sqlite`` or ``postgresql``.
        log_size: Number of log entries.
        agencies: Number of agencies enrolled.
        agreements: Number of agreement versions known.
    """

    backend: str
    log_size: int
    agencies: int
    agreements: int


class Register:
    """A county's register of people homeless or at risk of it; open it with `open`.

    What somebody may see depends on who they are and why they ask: everything about people goes through a
    `session`. What stands here directly is for the operator and returns no personal data.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keyring: Keyring | str | Path,
        clock: Clock = system_clock,
        origin: str = DEFAULT_ORIGIN,
    ) -> Self:
        """Open a register, making its tables in an empty database.

        Args:
            url: ``sqlite:///path``, ``sqlite://`` for one in memory, or ``postgresql://…``.
            keyring: The keyring, or the folder it is kept in (made if there is none and the database is new).
            clock: Gives the time (UTC); for tests and replays.
            origin: Name of the log, by which witnesses know it; fixed for the life of the register.

        Returns:
            The register; close it, or use it as a context manager.

        Raises:
            StorageError: The database cannot be opened.
            KeyringError: The keys are not there, are readable by others, or belong to another register.
            Corrupt: The database is damaged.
        """
        keys = keyring if isinstance(keyring, Keyring) else open_keyring(keyring, create=True)
        core = Core(Store.open(url, keys), keys, clock, origin)
        core.refresh()
        finish_pending(core)
        with suppress(StorageError):
            # Another process may be writing for long; the next opening sweeps then.
            sweep_keys(core)
        return cls(core)

    @staticmethod
    def exists(url: str) -> bool:
        """Tell whether there is a register at a URL already."""
        return database_exists(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; sessions of this register end with it."""
        self._core.store.close()

    def session(self, actor: Actor, purpose: Purpose) -> Session:
        """Begin to work for somebody, for one purpose.

        Args:
            actor: Who is signed in, as the embedding tool knows; it is believed.
            purpose: Why they ask; every use is logged under it.

        Raises:
            NotFound: The actor's agency is not enrolled.
            ValueError: The purpose is none of the library's.
        """
        Actor.model_validate(actor)
        Purpose(purpose)
        if actor.agency_id == REGISTER_ACTOR.agency_id and actor.role not in (Role.STEWARD, Role.OPERATOR):
            raise Denied("The register itself has no sessions.", "Sign in for an agency.", reasons=("role",))
        if actor.role is Role.SYSTEM:
            raise Denied(
                "Only the register itself acts as system.", "Sign in for an agency.", reasons=("role",)
            )
        self._core.refresh()
        if actor.agency_id not in self._core.snapshot.agencies:
            advice = "Ask the register's operator to enrol it."
            raise NotFound(f"The agency {actor.agency_id} is not enrolled in this register.", advice)
        return Session(self._core, actor, purpose)

    def enrol(self, agencies: Iterable[Agency], *, by: Actor) -> None:
        """Enrol agencies, or record what has changed about them.

        Args:
            agencies: The agencies.
            by: An operator or steward.

        Raises:
            Denied: The actor is neither.
        """
        self._require_role(by, Role.OPERATOR, Role.STEWARD)
        with self._core.change() as uow:
            known = self._core.snapshot.agencies
            changed = [
                agency for agency in (REGISTER_AGENCY, *agencies) if known.get(agency.agency_id) != agency
            ]
            uow.agencies.add_many(changed)
            self._core.journal.write(uow, by, Act("agency.enrol", details={"agencies": len(changed)}))

    def adopt(self, agreement: Agreement | str | Path, *, by: Actor) -> Agreement:
        """Put a data-sharing agreement, or its next version, in force from its own first instant.

        Args:
            agreement: The agreement, or the TOML file it stands in.
            by: A steward.

        Returns:
            The agreement as adopted.

        Raises:
            Denied: The actor is no steward.
            InvalidValue: The agreement contradicts itself.
            Conflict: This version of it was adopted already.
        """
        self._require_role(by, Role.STEWARD)
        adopted = agreement if isinstance(agreement, Agreement) else self._read_agreement(Path(agreement))
        with self._core.change() as uow:
            uow.agreements.add_many([adopted])
            details: dict[str, str | int] = {
                "agreement": adopted.agreement_id,
                "agreement_version": adopted.version,
            }
            self._core.journal.write(uow, by, Act("agreement.adopt", details=details))
        return adopted

    def agreements(self) -> tuple[Agreement, ...]:
        """Return the agreements in force now; they are no secret."""
        self._core.refresh()
        return self._core.policy.in_force(self._core.clock())

    def dedup(self, *, by: Actor, progress: Progress | None = None) -> DedupReport:
        """Find who is who, apply what is certain, and queue what is doubtful for review.

        Args:
            by: A data officer or steward whom the agreement lets link.
            progress: Called with a phase, what is done and what there is to do.

        Returns:
            Counts of what was done.

        Raises:
            Denied: The agreement does not let the actor link.
        """
        return self.dedup_outcome(by=by, progress=progress).report

    def dedup_outcome(self, *, by: Actor, progress: Progress | None = None) -> Outcome:
        """As `dedup`, and hand over what the engine found, by record id, for measuring its precision."""
        self._core.refresh()
        require_linker(self._core, by)
        return deduplicate(self._core, by, progress)

    def link_quality(self, truth: pl.DataFrame) -> LinkQuality:
        """Measure the links in force against labelled truth; see `bnl.register.quality.link_quality`."""
        return link_quality(self._core.refresh(), truth)

    def county_figures(self, *, by: Actor, as_of: date, months: int = 12) -> CountyFigures:
        """Count the whole county, small numbers suppressed; see `bnl.register.reporting.county_figures`."""
        return county_figures(self._core, by, as_of, months)

    def agenda(
        self, group: Sequence[Actor], purpose: Purpose = Purpose.CASE_CONFERENCE, as_of: date | None = None
    ) -> Agenda:
        """Show whom the people in a room should talk about, and why; the first of them convenes.

        Args:
            group: Everybody in the room, as the embedding tool knows them.
            purpose: Why they meet.
            as_of: The day; today if not given.

        Raises:
            InvalidValue: Nobody is in the room.
            Denied: Somebody in it acts as the register itself.
            NotFound: An agency in it is not enrolled.
        """
        if not group:
            raise InvalidValue("Nobody is in the room.", "Name those who are.")
        return self.session(group[0], purpose).agenda(group[1:], as_of)

    def verify(self, outside: Sequence[str] = ()) -> Report:
        """Check the log and every row it tells of.

        Args:
            outside: Checkpoints held outside; only these show a rollback of the whole database.

        Returns:
            What was checked, and where the damage is; `Report.sound` tells whether there is any.
        """
        return verify_store(self._core.store, self._core.journal.log_key, outside)

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint, for a witness or for paper."""
        with self._core.change() as uow:
            return self._core.journal.checkpoint(uow)

    def keep_cosigned(self, note: str, witness_keys: Sequence[str]) -> Vouched:
        """Keep a checkpoint that a witness cosigned; see `bnl.register.cosigned.keep_cosigned`."""
        return keep_cosigned(self._core, note, witness_keys)

    def cosigned(self, witness_keys: Sequence[str]) -> Vouched:
        """Return the newest cosigned checkpoint kept; see `bnl.register.cosigned.newest_cosigned`."""
        return newest_cosigned(self._core, witness_keys)

    def witness_request(self, old_size: int) -> str:
        """Ask a witness to cosign; see `bnl.register.witnessing.witness_request`."""
        return witness_request(self._core, old_size)

    def renew_keys(
        self, *, by: Actor, progress: Callable[[int], None] | None = None, unfinished: bool = False
    ) -> int:
        """Encrypt everything anew under fresh data keys; see `bnl.register.renewal.renew_keys`."""
        return renew_keys(self._core, by, progress, unfinished=unfinished)

    def expire_quarantine(self, policy: RetentionPolicy | None = None) -> int:
        """Destroy quarantined rows that have waited longer than the retention policy allows.

        Args:
            policy: The county's policy; the shipped one if not given.

        Returns:
            How many rows were destroyed.
        """
        return expire_quarantine(self._core, policy or load_policy())

    @property
    def public_key(self) -> str:
        """The log's public key as text, with which anybody can verify it."""
        return self._core.journal.log_key.vkey()

    def health(self) -> Health:
        """Tell whether the database answers and how far the log is."""
        snapshot = self._core.refresh()
        return Health(
            self._core.store.backend, snapshot.position, len(snapshot.agencies), len(snapshot.agreements)
        )

    def _read_agreement(self, path: Path) -> Agreement:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            advice = "Give the path of a TOML file in UTF-8."
            raise InputError("The agreement cannot be read.", advice, file=path.name) from error
        return parse_agreement(text, recorded_at=self._core.clock())

    def _require_role(self, actor: Actor, *roles: Role) -> None:
        agreed = bool(self._core.refresh().agreements)
        operator = actor.agency_id == REGISTER_ACTOR.agency_id and actor.role is Role.OPERATOR
        steward = self._core.may(actor, Action.UPDATE, Purpose.STEWARDSHIP)
        if agreed and actor.role in roles and not (operator or steward):
            advice = "Ask a steward named by the agreement in force."
            raise Denied("The agreement does not make this agency a steward.", advice, reasons=("no_clause",))
        if actor.role not in roles:
            names = " or ".join(role.value for role in roles)
            raise Denied(f"This is for the {names}.", "Sign in as one.", reasons=("role",))
