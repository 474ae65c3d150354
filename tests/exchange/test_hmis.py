"""HMIS CSV: the folder, the file in it, and the codes of a client."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.errors import InputError
from bnl.exchange.hmis import client_file, hmis_profile
from bnl.exchange.outcomes import Accepted
from bnl.exchange.reading import read_submissions
from bnl.exchange.source import source_of

TODAY = date(2026, 11, 21)
CLIENTS = (
    "PersonalID,FirstName,MiddleName,LastName,NameSuffix,NameDataQuality,SSN,DOB,Sex,VeteranStatus\n"
    "p1,Ann,Bea,Carter,,1,123456789,1990-01-31,0,1\n"
    "p2,Dan,,Evans,Jr,1,,,1,9\n"
    "p3,,,,,99,,1970-05-06,99,99\n"
)


def test_a_folder_of_an_export_gives_its_clients(tmp_path: Path) -> None:
    (tmp_path / "Client.csv").write_text(CLIENTS)
    (tmp_path / "Enrollment.csv").write_text("EnrollmentID\n1\n")
    reading = read_submissions(tmp_path, hmis_profile(AgencyId("shelter")), TODAY)
    outcomes = list(reading)
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    said = [o.submission.fields.present() for o in outcomes if isinstance(o, Accepted)]
    assert said == [
        {
            "given_names": "Ann Bea",
            "family_name": "Carter",
            "date_of_birth": "1990-01-31",
            "sex": "female",
            "veteran": "yes",
        },
        {"given_names": "Dan", "family_name": "Evans Jr", "sex": "male"},
        {"date_of_birth": "1970-05-06"},
    ]
    assert reading.tally.file == "Client.csv"
    assert reading.tally.warnings == {"no_name": 1}


def test_the_social_security_number_is_not_read() -> None:
    assert "SSN" not in hmis_profile(AgencyId("shelter")).columns()


def test_the_file_itself_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "CLIENT.CSV"
    path.write_text(CLIENTS)
    assert client_file(source_of(path)).path == path
    assert client_file(source_of(tmp_path)).name == "CLIENT.CSV"
    assert client_file(source_of(b"x")).data == b"x"


def test_a_folder_without_clients_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the folder has no Client\.csv"):
        read_submissions(tmp_path, hmis_profile(AgencyId("shelter")), TODAY)
