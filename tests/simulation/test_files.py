"""Files: the same to the byte for a seed, and read back by the profiles written beside them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import PersonFields
from bnl.exchange.outcomes import Accepted, Outcome
from bnl.exchange.profile import parse_profile
from bnl.exchange.reading import read_submissions
from bnl.simulation import profile_text, simulate, write
from bnl.simulation.county import County
from bnl.simulation.layouts import layouts

AGENCIES = sorted(layouts())
REASONS = {
    "impossible_date": "impossible_date",
    "future_birth": "future_date",
    "no_reference": "missing_reference",
    "ragged": "too_many_cells",
}
ANY_CASE = ("given_names", "family_name", "full_name", "address")


def outcomes(county: County, agency: AgencyId) -> list[Outcome]:
    export = county.exports[agency]
    profile = parse_profile(profile_text(agency), name=f"{agency}.toml")
    return list(read_submissions(export.render(), profile, date(2026, 4, 1), name=export.filename))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digits(text: str | None) -> str | None:
    return None if text is None else text.replace(" ", "").removeprefix("+44").removeprefix("0")


@pytest.mark.parametrize("agency", AGENCIES)
def test_planted_rows_and_no_others_are_quarantined(county: County, agency: AgencyId) -> None:
    refused = {one.row: one.reason for one in outcomes(county, agency) if not isinstance(one, Accepted)}

    assert refused == {fault.row: REASONS[fault.kind] for fault in county.exports[agency].faults}


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_profile_reads_what_the_agency_said(county: County, agency: AgencyId) -> None:
    said = {one.reference: one.fields for one in county.statements if one.agency_id == agency}
    read = {
        one.submission.reference: one.submission.fields
        for one in outcomes(county, agency)
        if isinstance(one, Accepted)
    }

    assert set(read) == set(said)
    assert [name for reference in said for name in differences(said[reference], read[reference])] == []


def differences(said: PersonFields, read: PersonFields) -> list[str]:
    """Name the fields that differ in more than capitals, spacing and words for nothing."""
    if said.full_name is None and read.full_name is not None:
        alone = said.family_name or said.given_names or ""
        return [] if read.full_name.casefold().startswith(alone.casefold()) else ["full_name"]
    found = []
    for name in PersonFields.model_fields:
        one, other = getattr(said, name), getattr(read, name)
        if name in {"ni_number", "nhs_number"}:
            junk = one in {"TBC", "N/A", "unknown", "not known"}
            same = other is None if junk else digits(one) == digits(other)
        elif name == "phones":
            same = [digits(phone) for phone in one] == [digits(phone) for phone in other]
        elif name in ANY_CASE:
            same = (one or "").casefold() == (other or "").casefold()
        elif name == "aliases":
            same = {alias.casefold() for alias in other} <= {alias.casefold() for alias in one}
        else:
            same = one == other
        if not same:
            found.append(name)
    return found


@pytest.mark.parametrize("agency", ["connection-support", "homeless-oxfordshire"])
def test_the_answers_in_exports_are_read_as_grants(county: County, agency: str) -> None:
    said = Counter(one.consent for one in county.statements if one.agency_id == agency)
    read = {
        one.submission.reference: [str(grant.effect) for grant in one.grants]
        for one in outcomes(county, AgencyId(agency))
        if isinstance(one, Accepted)
    }
    effects = Counter(effect for grants in read.values() for effect in grants)

    assert effects == Counter({"permit": said["yes"], "forbid": said["no"]})


def test_the_domestic_abuse_service_sends_local_records(county: County) -> None:
    read = [one for one in outcomes(county, AgencyId("odas")) if isinstance(one, Accepted)]

    assert read
    assert all(one.submission.local for one in read)


@pytest.mark.parametrize("agency", AGENCIES)
def test_every_profile_is_for_its_agency_and_explains_itself(agency: AgencyId) -> None:
    text = profile_text(agency)

    assert parse_profile(text).agency == agency
    assert text.startswith("# ")


def test_a_county_is_written_whole(hamlet: County, tmp_path: Path) -> None:
    written = write(hamlet, tmp_path / "new" / "county")

    assert set(written) == set(hamlet.exports)
    for agency, path in written.items():
        assert path.read_bytes() == hamlet.exports[agency].render()
        assert (tmp_path / "new" / "county" / "profiles" / f"{agency}.toml").read_text() == profile_text(
            agency
        )
    truth = tmp_path / "new" / "county" / "truth"
    assert pl.read_parquet(truth / "truth.parquet").equals(hamlet.truth)
    assert pl.read_parquet(truth / "hard_negatives.parquet").equals(hamlet.hard_negatives)


def test_the_truth_lies_apart_from_what_agencies_send(hamlet: County, tmp_path: Path) -> None:
    write(hamlet, tmp_path)
    folders: dict[str, set[str]] = {}
    for name in digests(tmp_path):
        folder, _, file = name.partition("/")
        folders.setdefault(folder, set()).add(file)

    assert set(folders) == {"exports", "profiles", "records", "truth"}
    assert folders["truth"] == {"truth.parquet", "hard_negatives.parquet", "lost.parquet", "faults.parquet"}
    assert folders["records"] == {"events.parquet", "answers.parquet", "members.parquet"}
    assert len(folders["exports"]) == len(folders["profiles"]) == len(hamlet.exports)


def test_no_export_tells_the_truth_about_who_is_who(hamlet: County) -> None:
    people = {person.person_id for person in hamlet.people}
    for export in hamlet.exports.values():
        assert not people & {cell for row in export.rows for cell in row}


def test_writing_twice_changes_nothing(hamlet: County, tmp_path: Path) -> None:
    write(hamlet, tmp_path)
    before = digests(tmp_path)

    write(hamlet, tmp_path)

    assert digests(tmp_path) == before


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    write(simulate(seed=9, people=120), tmp_path / "here")
    code = (
        "import sys; from pathlib import Path; from bnl.simulation import simulate, write; "
        "write(simulate(seed=9, people=120), Path(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there")],
        check=True,
        env={
            "PYTHONHASHSEED": "77",
            "PYTHONPATH": ":".join(filter(None, sys.path)),
            "TZ": "Pacific/Auckland",
        },
    )

    assert digests(tmp_path / "there") == digests(tmp_path / "here")


def test_another_seed_writes_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        write(simulate(seed=seed, people=60), tmp_path / str(seed))
    one, other = digests(tmp_path / "1"), digests(tmp_path / "2")

    assert set(one) == set(other)
    differing = {name for name in one if one[name] != other[name]}
    assert {name for name in one if name.startswith("exports")} <= differing
