"""Handles: what an agency knows a person by; no link or un-link changes them."""

from __future__ import annotations

import base64

from bnl.crypto.aead import DataKey
from bnl.domain.identifiers import HOUSEHOLD, AgencyId, Handle, HouseholdId, RecordId
from bnl.register.snapshot import Snapshot

_PREFIX = "h_"
_BYTES = 20


class HandleBook:
    """Makes handles, and finds the source record behind one.

    A handle is a keyed hash of the agency that sees it and the source record. Two agencies see different
    handles for one record, so that they cannot compare notes behind the register's back.

    Args:
        key: The register's key for handles.
        snapshot: Whose records handles are looked up among.
    """

    def __init__(self, key: DataKey, snapshot: Snapshot) -> None:
        self._key = key
        self._snapshot = snapshot
        self._made: dict[AgencyId, dict[RecordId, Handle]] = {}
        self._found: dict[AgencyId, dict[Handle, RecordId]] = {}
        self._newest: dict[AgencyId, RecordId] = {}

    def handle(self, agency_id: AgencyId, record_id: RecordId) -> Handle:
        """Return the handle by which an agency knows a source record."""
        made = self._made.setdefault(agency_id, {})
        handle = made.get(record_id)
        if handle is None:
            digest = self._key.keyed_hash("handle", agency_id, record_id)[:_BYTES]
            handle = Handle(_PREFIX + base64.b32encode(digest).decode().lower())
            made[record_id] = handle
            self._found.setdefault(agency_id, {})[handle] = record_id
        return handle

    def household(self, agency_id: AgencyId, number: str) -> HouseholdId:
        """Return the id of a household that an agency knows by a number of its own."""
        digest = self._key.keyed_hash("household", agency_id, number)[:_BYTES]
        return HouseholdId(f"{HOUSEHOLD}_{base64.b32encode(digest).decode().lower()}")

    def check_value(self, receipt_id: str, handle: str, said: str) -> str:
        """Return the check of what was sent of one record under a receipt; only the register can make it."""
        return self._key.keyed_hash("receipt", receipt_id, handle, said)[:_BYTES].hex()

    def record(self, agency_id: AgencyId, handle: str) -> RecordId | None:
        """Return the source record an agency's handle stands for, if there is one.

        The handles of all records are made first, whatever the handle is, so that an unknown handle
        costs what a known one costs.
        """
        self._fill(agency_id)
        record_id = self._found.get(agency_id, {}).get(Handle(handle))
        return record_id if record_id in self._snapshot.arrival else None

    def forget(self, record_id: RecordId) -> None:
        """Drop the handles of an erased record."""
        for agency_id, made in self._made.items():
            handle = made.pop(record_id, None)
            if handle is not None:
                self._found[agency_id].pop(handle, None)

    def _fill(self, agency_id: AgencyId) -> None:
        made, records = self._made.setdefault(agency_id, {}), self._snapshot.arrival
        # Records come at the end of those there are, so the last one tells whether any came.
        newest = next(reversed(records), None)
        if newest is not None and newest == self._newest.get(agency_id) and len(made) >= len(records):
            return
        for record_id in records:
            if record_id not in made:
                self.handle(agency_id, record_id)
        if newest is not None:
            self._newest[agency_id] = newest
