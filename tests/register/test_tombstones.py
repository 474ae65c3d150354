"""What the log says was erased stands whatever became of the tombstones."""

from __future__ import annotations

from bnl.domain.vocabulary import Purpose
from bnl.register.tombstones import references_in_log
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CITY, STEWARD, County, rich


def test_every_reference_ever_erased_is_in_the_log_and_no_other(county: County) -> None:
    handles = [county.officer().submit(f"A-{number}", rich(number)).handle for number in range(3)]
    for handle in handles[:2]:
        session = county.register.session(STEWARD, Purpose.STEWARDSHIP)
        session.erase(handle, confirm=[handle], reason="objection")
    with ReadUnit(county.core.store) as unit:
        found = references_in_log(unit)
    store = county.core.store
    assert found == {store.reference_hash(CITY, "A-0"), store.reference_hash(CITY, "A-1")}
    assert found == county.core.snapshot.tombstones
