"""The export of entries as FHIR AuditEvents, for whoever collects audit trails of several systems."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bnl.audit.fhir import audit_event
from bnl.audit.log import Log
from bnl.audit.notes import LogKey
from bnl.errors import InvalidValue
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit


def fhir_events(url: str, public_key: str, start: int = 0, stop: int | None = None) -> Iterator[str]:
    """Write entries as FHIR AuditEvents, permitted and denied acts alike; needs no key that opens anything.

    Args:
        url: Of the database, which is not changed.
        public_key: The log's public key as text; it gives the log's name.
        start: Sequence of the first entry.
        stop: Sequence after the last; the end of the log if not given.

    Yields:
        One resource as JSON on one line (NDJSON, as FHIR bulk data has it), in the order of the log.

    Raises:
        InvalidValue: The range is none.
        Corrupt: An entry was altered.
        StorageError: There is no register there.

    Source:
        HL7 FHIR R5, AuditEvent; FHIR Bulk Data Access, NDJSON.
    """
    if start < 0 or (stop is not None and stop < start):
        raise InvalidValue("The range of entries is none.", "Give a start of 0 or more, and a stop after it.")
    origin = LogKey.parse(public_key).name
    store = Store.keyless(url)
    try:
        with ReadUnit(store) as unit:
            log = Log(unit.log)
            end = log.head().size
            for entry in log.entries(start, end if stop is None else min(stop, end)):
                yield json.dumps(audit_event(entry, origin), ensure_ascii=True)
    finally:
        store.close()
