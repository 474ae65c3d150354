"""Reports: sound without findings, and a guard that names the first."""

from __future__ import annotations

import pytest

from bnl.audit.report import Fault, Finding, Report, require_sound
from bnl.errors import Corrupt

FINDING = Finding(Fault.ENTRY_MISSING, "entry 3", "not there", 3)
SOUND = Report(5, b"r" * 32, 1, 5, 2, (), 0)


def test_a_report_without_findings_is_sound() -> None:
    assert SOUND.sound
    require_sound(SOUND)


def test_a_report_with_findings_is_not() -> None:
    report = SOUND._replace(findings=(FINDING,), omitted=2)
    assert not report.sound
    with pytest.raises(Corrupt, match="3 damaged places in the log, first entry 3: not there"):
        require_sound(report)
